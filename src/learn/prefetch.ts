/**
 * The same items, the next `count` of which are made while one is being used. A fault is reported in its turn; who stops
 * early ends the source too.
 */
export async function* prefetched<T>(source: AsyncGenerator<T>, count: number): AsyncGenerator<T> {
  const asked: Promise<IteratorResult<T>>[] = [];
  const ask = () => {
    const next = source.next();
    next.catch(() => {});
    asked.push(next);
  };
  try {
    for (;;) {
      while (asked.length <= count) ask();
      const { done, value } = await asked.shift()!;
      if (done === true) return;
      yield value;
    }
  } finally {
    await source.return(undefined);
  }
}
