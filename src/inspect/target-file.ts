import { describeMachine } from "@pare/engine";
import { openTarget, type Target, targetSchema } from "@pare/quantize";
import { readCheckedFile } from "@pare/recipe";

/**
 * A target by its name, "auto" for this machine's, or from a file (YAML or JSON) by its path.
 * @throws QUANTIZE_TARGET; the faults of the file
 */
export function targetOf(option: string): Target {
  if (/[/\\]|\.(ya?ml|json)$/i.test(option)) return readCheckedFile(option, targetSchema, "a target");
  const features = describeMachine().features ?? [];
  return openTarget(
    option,
    features.filter(({ present }) => present).map(({ name }) => name),
  );
}
