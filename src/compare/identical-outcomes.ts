import type { OutcomesRecord } from "@pare/report";

/** Every number that both have of a sample is the same, to the last bit: the models do the same. */
export function areIdentical(a: OutcomesRecord, b: OutcomesRecord): boolean {
  const shared = Object.keys(a.columns).filter((name) => b.columns[name] !== undefined);
  const isSame = (name: string) =>
    a.columns[name]!.type === b.columns[name]!.type && a.columns[name]!.base64 === b.columns[name]!.base64;
  return a.kind === b.kind && shared.length > 0 && shared.every(isSame);
}
