import { spawnSync } from "node:child_process";

/** Whether the protobuf compiler is installed: it decodes without a schema and knows nothing of this program. */
export const hasProtoc = spawnSync("protoc", ["--version"]).status === 0;

interface Field {
  readonly key: number;
  readonly text: string;
  readonly fields: Field[];
}

/** `protoc --decode_raw` as text. */
export function decodeRaw(bytes: Uint8Array): string {
  const { status, stdout, stderr } = spawnSync("protoc", ["--decode_raw"], { input: bytes, maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`protoc: ${stderr}`);
  return stdout.toString("utf8");
}

/** The same with the fields of each message sorted by number: two files of one content in another field order agree. */
export function decodeSorted(bytes: Uint8Array): string {
  const root: Field = { key: 0, text: "", fields: [] };
  const open = [root];
  for (const line of decodeRaw(bytes).split("\n")) {
    const text = line.trim();
    if (text === "") continue;
    if (text === "}") open.pop();
    else {
      const field: Field = { key: Number.parseInt(text, 10), text, fields: [] };
      open.at(-1)!.fields.push(field);
      if (text.endsWith("{") && !text.includes(": ")) open.push(field);
    }
  }
  return print(root, 0);
}

function print({ text, fields }: Field, depth: number): string {
  const sorted = fields.toSorted((a, b) => a.key - b.key);
  return `${" ".repeat(depth)}${text}\n${sorted.map((field) => print(field, depth + 1)).join("")}`;
}
