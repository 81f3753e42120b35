/** What the platform's V8 offers to Python: expressions and facts as JSON in, JSON out. */
import { check, type Facts, faultOf, value } from "./known";

const feel = {
  check: (expression: string) => JSON.stringify(check(expression)),
  values: (expressions: string[], facts: string) => {
    const known = JSON.parse(facts) as Facts;
    return JSON.stringify(
      expressions.map((expression) => {
        try {
          return { value: value(expression, known) ?? null };
        } catch (error) {
          if (error instanceof RangeError) throw error;
          return { fault: faultOf(error, expression) };
        }
      }),
    );
  },
};
(globalThis as unknown as { feel: typeof feel }).feel = feel;
