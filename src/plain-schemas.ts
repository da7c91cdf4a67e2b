/** A command checks little with each schema: compiling them first, as zod does by itself, takes longer than all the checks. */
import * as z from "zod";

z.config({ jitless: true });
