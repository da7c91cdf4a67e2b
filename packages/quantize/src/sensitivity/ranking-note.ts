import type { Note } from "@pare/pass";
import type { GroupRanking } from "./rank-groups.ts";

/** The ranking as a note of a step: reports draw it. */
export function rankingNote({ direction, unit, samples, all, ranked }: GroupRanking): Note {
  const [first] = ranked;
  const least = first === undefined ? "" : `; ${first.nodes[0] ?? "the first"} matters most`;
  return {
    kind: "info",
    text: `ranked ${ranked.length} parts by how far the outputs move${least}`,
    subjects: ranked.slice(0, 5).map(({ nodes }) => nodes[0] ?? ""),
    sensitivity: {
      ...{ direction, unit, samples },
      all: finite(all),
      parts: ranked.map(({ nodes, divergence }) => ({ nodes, divergence: finite(divergence) })),
    },
  };
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
