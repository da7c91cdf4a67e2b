import type { Cure, StaticOptions } from "@pare/quantize";
import { quantizeStatic } from "@pare/quantize";

export interface StaticStep {
  /** With every default. */
  readonly options: StaticOptions;
  readonly only: readonly string[];
  readonly except: readonly string[];
  readonly equalize: boolean;
  readonly correct: boolean;
}

export const defaultStep: StaticStep = {
  options: quantizeStatic.options.parse({}),
  only: [],
  except: [],
  equalize: false,
  correct: false,
};

export function cured(
  step: StaticStep,
  { options = {}, except = [], equalize = false, correct = false }: Cure,
): StaticStep {
  return {
    options: { ...step.options, ...options },
    only: step.only,
    except: [...new Set([...step.except, ...except])],
    equalize: step.equalize || equalize,
    correct: step.correct || correct,
  };
}

/** The step as lines of a recipe, without what is as by default. */
export function stepLines({ options, only, except, equalize, correct }: StaticStep): readonly string[] {
  const idle = options.calibrate === "percentile" ? [] : ["percentile", "tails"];
  const own = Object.entries(options).filter(
    ([name, value]) =>
      value !== undefined &&
      !idle.includes(name) &&
      JSON.stringify(value) !== JSON.stringify(defaultStep.options[name as keyof StaticOptions]),
  );
  const settings = [
    ...own.map(([name, value]) => `${kebab(name)}: ${typeof value === "object" ? JSON.stringify(value) : value}`),
    ...(only.length > 0 ? [`only: ${list(only)}`] : []),
    ...(except.length > 0 ? [`except: ${list(except)}`] : []),
  ];
  const written = settings.length === 0 ? "- quantize/static" : `- quantize/static: { ${settings.join(", ")} }`;
  return [
    ...(equalize ? ["- quantize/equalize-layers"] : []),
    written,
    ...(correct ? ["- quantize/correct-biases"] : []),
  ];
}

const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const list = (names: readonly string[]) => `[${names.map((name) => JSON.stringify(name)).join(", ")}]`;
