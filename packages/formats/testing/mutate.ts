import { fieldLists, type TreeField, treeBytes, treeOf } from "./tree.ts";

/** A small seeded generator (xorshift32): the same cases on every machine. */
export function randomOf(seed: number): (below: number) => number {
  let state = (seed * 0x9e3779b1 + 1) >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
}

type Random = (below: number) => number;
type Mutation = (bytes: Uint8Array, random: Random) => Uint8Array;

const varintBomb = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01);
const lengths = [0, 1, 2, 127, 128, 255, 0x7fffffff, 0xffffffff, 2 ** 33, 2 ** 53 - 1];

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...bytes, rest]);
    bytes.push((rest % 128) | 128);
  }
}

function splice(bytes: Uint8Array, at: number, remove: number, insert: Uint8Array): Uint8Array {
  return Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]);
}

/** Ways in which files get damaged, or are damaged on purpose. */
const mutations: readonly Mutation[] = [
  // Flipped bits.
  (bytes, random) => {
    const out = Uint8Array.from(bytes);
    for (let n = 1 + random(4); n > 0; n--) out[random(out.length)]! ^= 1 << random(8);
    return out;
  },
  // Cut off.
  (bytes, random) => bytes.slice(0, random(bytes.length)),
  // A byte replaced by one that means something.
  (bytes, random) => {
    const out = Uint8Array.from(bytes);
    out[random(out.length)] = [0, 1, 0x7f, 0x80, 0xff, 0x0a, 0x0b, 0x0c][random(8)]!;
    return out;
  },
  // A length, or any number, replaced by an extreme one.
  (bytes, random) => splice(bytes, random(bytes.length), 1 + random(2), varint(lengths[random(lengths.length)]!)),
  // A number without end.
  (bytes, random) => splice(bytes, random(bytes.length), random(3), varintBomb),
  // A part of the file copied over another part.
  (bytes, random) => {
    const from = random(bytes.length);
    const part = bytes.slice(from, from + 1 + random(64));
    return splice(bytes, random(bytes.length), random(2) * part.length, part);
  },
  // A part taken out.
  (bytes, random) => splice(bytes, random(bytes.length), 1 + random(32), new Uint8Array(0)),
  // A tag of another field or wire type.
  (bytes, random) => {
    const out = Uint8Array.from(bytes);
    out[random(out.length)] = (1 + random(15)) * 8 + random(6);
    return out;
  },
];

/** Fields of a well-formed file dropped, doubled, exchanged, or given another payload; every length stays right. */
function mutateTree(tree: TreeField[], random: Random): void {
  const lists = Array.from(fieldLists(tree)).filter((list) => list.length > 0);
  const list = lists[random(lists.length)]!;
  const at = random(list.length);
  const other = lists[random(lists.length)]!;
  const [field, stranger] = [list[at]!, other[random(other.length)]!];
  switch (random(6)) {
    case 0:
      list.splice(at, 1);
      break;
    case 1:
      list.splice(random(list.length + 1), 0, copyOf(field));
      break;
    case 2:
      list[at] = copyOf(stranger);
      break;
    case 3:
      list.reverse();
      break;
    case 4:
      field.bytes = field.wire === 0 ? varint(lengths[random(lengths.length)]!) : copyOf(stranger).bytes;
      break;
    default:
      field.bytes = Uint8Array.from(field.bytes, (byte) => (random(4) === 0 ? byte ^ (1 << random(8)) : byte));
  }
}

function copyOf(field: TreeField): TreeField {
  return { ...field, ...(field.fields && { fields: field.fields.map(copyOf) }) };
}

/** Case `seed` of the fuzz test: one of the samples, edited as a tree or damaged byte by byte, or first the one then the other. */
export function mutant(samples: readonly Uint8Array[], seed: number): Uint8Array {
  const random = randomOf(seed);
  const tree = treeOf(samples[random(samples.length)]!);
  for (let n = random(4); n > 0 && tree.length > 0; n--) mutateTree(tree, random);
  const bytes = treeBytes(tree);
  if (bytes.length === 0 || random(3) === 0) return bytes;
  return mutations[random(mutations.length)]!(bytes, random);
}
