import type { Site } from "../site.ts";

/** Slice 10: `starts`, `ends` and `axes` became inputs. */
export function boundsToInputs(site: Site): void {
  const [starts, ends, axes] = [site.ints("starts"), site.ints("ends"), site.ints("axes")];
  if (starts === undefined || ends === undefined) return;
  const bounds = [site.int64s("starts", starts), site.int64s("ends", ends), axes && site.int64s("axes", axes)];
  const attrs = { starts: undefined, ends: undefined, axes: undefined };
  site.change({ inputs: [site.node.inputs[0], ...bounds], attrs });
}
