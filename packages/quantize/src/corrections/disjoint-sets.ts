/** Disjoint sets of whole numbers, some of which are held. */
export class Joined {
  readonly #parents: number[] = [];
  readonly #held: boolean[] = [];

  /** Gives the first of `count` new ones, each alone. */
  add(count: number): number {
    const first = this.#parents.length;
    for (let i = 0; i < count; i++) {
      this.#parents.push(first + i);
      this.#held.push(false);
    }
    return first;
  }

  find(element: number): number {
    let root = element;
    while (this.#parents[root] !== root) root = this.#parents[root]!;
    for (let at = element; at !== root; ) {
      const next = this.#parents[at]!;
      this.#parents[at] = root;
      at = next;
    }
    return root;
  }

  join(a: number, b: number): void {
    const [x, y] = [this.find(a), this.find(b)];
    if (x === y) return;
    this.#parents[Math.max(x, y)] = Math.min(x, y);
    this.#held[Math.min(x, y)] ||= this.#held[Math.max(x, y)]!;
  }

  hold(start: number, count: number): void {
    for (let i = start; i < start + count; i++) this.#held[this.find(i)] = true;
  }

  isHeld(element: number): boolean {
    return this.#held[this.find(element)]!;
  }
}
