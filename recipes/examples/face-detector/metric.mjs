/**
 * A metric of one's own: how many of the original's faces a changed detector still finds, and how many it makes up.
 *
 * The detector gives for every anchor two scores, "nothing" and "face", and a box [left, top, right, bottom] in shares
 * of the picture (the outputs `scores` [anchors, 2] and `boxes` [anchors, 4] of UltraFace). Boxes are decoded from both
 * models: those above a score, the best first, without what overlaps a better one. There are no labels: what the
 * original finds is taken for the truth.
 */

const leastScore = 0.7;
/** Two boxes that overlap more than this are one face. */
const sameFace = 0.5;

/** @typedef {{ readonly score: number, readonly box: readonly number[] }} Face */

/**
 * @param {Readonly<Record<string, import("pare").UserTensor>>} outputs
 * @returns {readonly Face[]}
 */
export function decodeFaces({ scores, boxes }) {
  const candidates = [];
  for (let anchor = 0; anchor < scores.shape[0]; anchor++) {
    const score = scores.data[2 * anchor + 1];
    if (score > leastScore) candidates.push({ score, box: [...boxes.data.subarray(4 * anchor, 4 * anchor + 4)] });
  }
  candidates.sort((a, b) => b.score - a.score);
  const faces = [];
  for (const face of candidates)
    if (faces.every((better) => overlap(better.box, face.box) <= sameFace)) faces.push(face);
  return faces;
}

/** Area that two boxes share ÷ area that they cover together. */
export function overlap(a, b) {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const area = ([left, top, right, bottom]) => (right - left) * (bottom - top);
  return (width * height) / (area(a) + area(b) - width * height);
}

/** Each of the original's faces is found by the best box that overlaps it; a box finds one face. */
function count(found, wanted) {
  const free = new Set(found);
  let hits = 0;
  for (const { box } of wanted) {
    const match = [...free].find((face) => overlap(face.box, box) > sameFace);
    if (match !== undefined && free.delete(match)) hits++;
  }
  return { hits, found: found.length, wanted: wanted.length };
}

const shared = {
  unit: "ratio",
  better: "higher",
  needsOriginal: true,
  outputs: ["scores", "boxes"],
  outcome: ({ outputs, original }) => count(decodeFaces(outputs), decodeFaces(original)),
};

const ratio = (outcomes, top, bottom) => {
  const sum = (key) => outcomes.reduce((total, outcome) => total + outcome[key], 0);
  return sum(top) / sum(bottom);
};

/** @type {readonly import("pare").UserMetric<any>[]} */
export default [
  {
    ...shared,
    name: "faces.recall",
    summary: "Share of the original's faces that are found",
    value: (outcomes) => ratio(outcomes, "hits", "wanted"),
  },
  {
    ...shared,
    name: "faces.precision",
    summary: "Share of the faces found that are the original's",
    value: (outcomes) => ratio(outcomes, "hits", "found"),
  },
];
