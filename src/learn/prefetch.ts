const handOverMs = 1;

/**
 * The same items, the next `count` of which are made while one is being used. A fault is reported in its turn; who stops
 * early ends the source too.
 *
 * Making one may keep this thread busy for milliseconds, so each is begun only some time after the one before was handed
 * out: that one is on its way to where it is used by then.
 */
export async function* prefetched<T>(source: AsyncGenerator<T>, count: number): AsyncGenerator<T> {
  const asked: Promise<IteratorResult<T>>[] = [];
  const ask = () => {
    const next = source.next();
    next.catch(() => {});
    asked.push(next);
  };
  let timer: NodeJS.Timeout | undefined;
  const fill = () => {
    timer = undefined;
    while (asked.length < count) ask();
  };
  try {
    for (;;) {
      if (asked.length === 0) ask();
      const next = asked.shift()!;
      timer ??= setTimeout(fill, handOverMs);
      const { done, value } = await next;
      if (done === true) return;
      yield value;
    }
  } finally {
    clearTimeout(timer);
    await source.return(undefined);
  }
}
