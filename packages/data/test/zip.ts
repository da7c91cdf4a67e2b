import { deflateRawSync } from "node:zlib";

/** A zip archive, written from the format's description (APPNOTE 4.3): local entries, directory, end. No checksums. */
export function zipOf(entries: readonly (readonly [name: string, bytes: Uint8Array, isDeflated: boolean])[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, bytes, isDeflated] of entries) {
    const stored = isDeflated ? deflateRawSync(bytes) : Buffer.from(bytes);
    const path = Buffer.from(name);
    const common = numbers([20, 2], [0, 2], [isDeflated ? 8 : 0, 2], [0, 4], [0, 4]);
    const sizes = numbers([stored.length, 4], [bytes.length, 4], [path.length, 2], [0, 2]);
    const local = Buffer.concat([numbers([0x04034b50, 4]), common, sizes, path, stored]);
    const rest = numbers([0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]);
    directory.push(numbers([0x02014b50, 4], [20, 2]), common, sizes, rest, path);
    locals.push(local);
    offset += local.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const count = entries.length;
  const end = numbers([0x06054b50, 4], [0, 4], [count, 2], [count, 2], [size, 4], [offset, 4], [0, 2]);
  return Buffer.concat([...locals, ...directory, end]);
}

function numbers(...fields: readonly (readonly [value: number, bytes: number])[]): Buffer {
  const out = Buffer.alloc(fields.reduce((sum, [, bytes]) => sum + bytes, 0));
  let at = 0;
  for (const [value, bytes] of fields) at = out.writeUIntLE(value, at, bytes);
  return out;
}
