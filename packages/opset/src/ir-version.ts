/** The first IR version whose release knew the opset, for opsets 8 to 28: what checkers ask of a file at least. */
const irVersions = [3, 4, 5, 6, 7, 7, 7, 8, 8, 8, 8, 9, 9, 10, 10, 11, 12, 13, 13, 13, 14];
const firstListed = 8;

export const firstOpset = 7;
export const lastOpset = firstListed + irVersions.length - 1;

export function irVersionFor(opset: number): number {
  return irVersions[opset - firstListed] ?? 3;
}
