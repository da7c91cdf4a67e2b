/** Gives the memory that one field of a batch is written to; what is in it is undefined. */
export type BatchMemory = (field: string, sizeBytes: number) => ArrayBuffer;

/** New memory each time: a batch is the caller's for good. */
export const freshMemory: BatchMemory = (_, sizeBytes) => new ArrayBuffer(sizeBytes);

/**
 * `turns` pieces of memory a field, one after the other: so many batches of it exist at a time. New memory for each batch would lie about until the next garbage
 * collection, tens of megabytes of it, since the collector sees only the few bytes that stand for it.
 */
export function alternatingMemory(turns: number): BatchMemory {
  const pieces = new Map<string, ArrayBuffer[]>();
  return (field, sizeBytes) => {
    const own = pieces.get(field) ?? [];
    const free = own.length < turns ? undefined : own.shift();
    const piece = free?.byteLength === sizeBytes ? free : new ArrayBuffer(sizeBytes);
    pieces.set(field, [...own, piece]);
    return piece;
  };
}
