/** A model on the plane of cost (lower is better) and quality. */
export interface Place {
  readonly cost: number;
  readonly quality: number;
}

/** Those that no other beats in both, by rising cost. Of equals one stays. `better`: which quality is. */
export function paretoFront<T extends Place>(places: readonly T[], better: "lower" | "higher"): readonly T[] {
  const gain = ({ quality }: Place) => (better === "higher" ? quality : -quality);
  const sorted = [...places].sort((a, b) => a.cost - b.cost || gain(b) - gain(a));
  const front: T[] = [];
  for (const place of sorted) {
    const last = front.at(-1);
    if (last === undefined || gain(place) > gain(last)) front.push(place);
  }
  return front;
}
