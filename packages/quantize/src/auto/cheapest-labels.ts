/**
 * Two labels for every item at the least total cost: each item has a cost under either label, each pair a cost where its
 * two labels differ. The minimum is that of a cut in a flow network (Greig, Porteous, Seheult 1989), found by augmenting
 * along shortest paths (Edmonds, Karp 1972).
 */
export interface Item {
  /** Cost under the first label, ≥ 0. */
  readonly first: number;
  readonly second: number;
}

export interface Pair {
  readonly a: number;
  readonly b: number;
  /** Where the labels differ, ≥ 0. */
  readonly cost: number;
}

/** For each item whether the second label is the cheaper one for the whole. Ties stay with the first. */
export function cheapestLabels(items: readonly Item[], pairs: readonly Pair[]): readonly boolean[] {
  const source = items.length;
  const sink = items.length + 1;
  const network = new Network(items.length + 2);
  // Cutting source → i gives i the second label, cutting i → sink leaves it the first.
  for (const [i, { first, second }] of items.entries()) {
    network.connect(source, i, second, 0);
    network.connect(i, sink, first, 0);
  }
  for (const { a, b, cost } of pairs) network.connect(a, b, cost, cost);
  while (network.augment(source, sink));
  const behind = network.reaching(sink);
  const ahead = network.reachable(source);
  return items.map((_, i) => !ahead.has(i) && behind.has(i));
}

const negligible = 1e-9;

interface Arc {
  readonly from: number;
  readonly to: number;
  capacity: number;
}

class Network {
  /** Arcs 2k and 2k + 1 are each other's reverse. */
  readonly #arcs: Arc[] = [];
  readonly #leaving: number[][];

  constructor(size: number) {
    this.#leaving = Array.from({ length: size }, () => []);
  }

  connect(from: number, to: number, forth: number, back: number): void {
    this.#leaving[from]!.push(this.#arcs.length);
    this.#arcs.push({ from, to, capacity: forth });
    this.#leaving[to]!.push(this.#arcs.length);
    this.#arcs.push({ from: to, to: from, capacity: back });
  }

  /** Sends what a shortest path can take; false where there is no path left. */
  augment(source: number, sink: number): boolean {
    const arrived = this.#search(source, (arc) => arc);
    if (!arrived.has(sink)) return false;
    const path: number[] = [];
    for (let at = sink; at !== source; at = this.#arcs[path.at(-1)!]!.from) path.push(arrived.get(at)!);
    const amount = Math.min(...path.map((arc) => this.#arcs[arc]!.capacity));
    for (const arc of path) {
      this.#arcs[arc]!.capacity -= amount;
      this.#arcs[arc ^ 1]!.capacity += amount;
    }
    return true;
  }

  reachable(source: number): ReadonlySet<number> {
    return new Set([source, ...this.#search(source, (arc) => arc).keys()]);
  }

  /** From where there is a path left to `sink`. */
  reaching(sink: number): ReadonlySet<number> {
    return new Set([sink, ...this.#search(sink, (arc) => arc ^ 1).keys()]);
  }

  /** Breadth first over arcs whose `used` has capacity left; by node the arc that it was first reached by. */
  #search(start: number, used: (arc: number) => number): ReadonlyMap<number, number> {
    const arrived = new Map<number, number>();
    const queue = [start];
    for (const node of queue)
      for (const arc of this.#leaving[node]!) {
        const { to } = this.#arcs[arc]!;
        if (to === start || arrived.has(to) || this.#arcs[used(arc)]!.capacity <= negligible) continue;
        arrived.set(to, arc);
        queue.push(to);
      }
    return arrived;
  }
}
