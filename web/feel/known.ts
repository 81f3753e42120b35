/** FEEL in which unknown stays unknown.
 *
 * In FEEL `null = "special"` is false and `null != "special"` is true, so a condition about something nobody has
 * filled in would take a side. Here a comparison with an unknown side is null (except with the word `null` itself,
 * which asks for it), `if` with an unknown condition is null, and so is `in`: null refuses.
 *
 * Each expression is parsed once and kept as a function of its names: interpreting it again costs microseconds.
 */
import { evaluate, FeelFunction, parseExpression } from "feelin";

export type Facts = Record<string, unknown>;
export type Fault = { message: string; from: number; to: number };
type Kept = { names: string[]; run: FeelFunction; warnings: unknown[] };
type Node = { name: string; from: number; to: number; children: Node[] };

const MOST_KEPT = 2000;
const kept = new Map<string, Kept>();
const equal = evaluate("function(a, b) a = b").value as FeelFunction;
const unknown = (value: unknown) => value === null || value === undefined;
const house: Facts = {
  fw_equal: new FeelFunction((a: unknown, b: unknown) => (unknown(a) || unknown(b) ? null : equal.invoke([a, b])), ["a", "b"]),
  fw_differ: new FeelFunction(
    (a: unknown, b: unknown) => {
      const same = unknown(a) || unknown(b) ? null : equal.invoke([a, b]);
      return unknown(same) ? null : !same;
    },
    ["a", "b"],
  ),
  fw_if: new FeelFunction((c: unknown, a: unknown, b: unknown) => (unknown(c) ? null : c === true ? a : b), ["c", "a", "b"]),
};

/** A sentence, and where; the first fault found. */
export class Broken extends Error {
  constructor(readonly fault: Fault) {
    super(fault.message);
  }
}

function parsed(expression: string): Node {
  const root: Node = { name: "", from: 0, to: expression.length, children: [] };
  const open = [root];
  parseExpression(expression, {}, undefined).iterate({
    enter(ref) {
      if (ref.type.isError) {
        const rest = expression.slice(ref.from, ref.from + 12);
        throw new Broken({ message: rest ? `unexpected '${rest}'` : "incomplete", from: ref.from, to: ref.to });
      }
      const node = { name: ref.name, from: ref.from, to: ref.to, children: [] };
      open[open.length - 1]!.children.push(node);
      open.push(node);
      return true;
    },
    leave() {
      open.pop();
    },
  });
  return root;
}

function* walk(node: Node): Generator<Node> {
  yield node;
  for (const child of node.children) yield* walk(child);
}

/** `x in [1..2] and y < 3` is read as `x in ([1..2] and y < 3)`, which is always null. */
function trap(root: Node, text: string): Fault | null {
  for (const node of walk(root)) {
    if (node.name !== "PositiveUnaryTest") continue;
    const joined = node.children.find((child) => child.name === "Conjunction" || child.name === "Disjunction");
    if (joined) {
      return { message: `brackets missing around 'in': (${text.slice(0, 40)} ...)`, from: joined.from, to: joined.to };
    }
  }
  return null;
}

/** Names of the facts that an expression is about. */
function namesIn(root: Node, text: string): string[] {
  const own = new Set<string>(["item"]);
  const found = new Set<string>();
  const builtin = (name: string) => evaluate(`${name}`, {}).warnings.length === 0;
  const say = (node: Node) => text.slice(node.from, node.to);
  for (const node of walk(root)) {
    if (node.name === "InExpression" || node.name === "ParameterName" || node.name === "FormalParameter" || node.name === "Key") {
      const name = node.children.find((child) => child.name === "Name" || child.name === "ParameterName") ?? node;
      own.add(say(name));
    }
  }
  for (const node of walk(root)) {
    if (node.name === "FunctionInvocation" && node.children[0]?.name === "VariableName" && builtin(say(node.children[0]))) {
      own.add(say(node.children[0]));
    }
  }
  for (const node of walk(root)) {
    if (node.name === "VariableName" && !own.has(say(node))) found.add(say(node));
  }
  return [...found];
}

/** The same expression, in which unknown sides stay unknown. */
function strict(node: Node, text: string): string {
  const inside = (n: Node): string => {
    const own = rewritten(n);
    if (own !== null) return own;
    let out = "";
    let at = n.from;
    for (const child of n.children) {
      out += text.slice(at, child.from) + inside(child);
      at = child.to;
    }
    return out + text.slice(at, n.to);
  };
  const rewritten = (n: Node): string | null => {
    const [left, middle, right] = n.children;
    if (n.name === "Comparison" && n.children.length === 3 && left && middle && right) {
      const isNull = (side: Node) => text.slice(side.from, side.to).trim() === "null";
      const op = middle.name === "CompareOp" ? text.slice(middle.from, middle.to) : "";
      if ((op === "=" || op === "!=") && !isNull(left) && !isNull(right)) {
        return `fw_${op === "=" ? "equal" : "differ"}(${inside(left)}, ${inside(right)})`;
      }
      if (middle.name === "in") return `(if (${inside(left)}) = null then null else (${inside(left)} in ${inside(right)}))`;
    }
    if (n.name === "IfExpression") {
      const parts = n.children.filter((child) => !["if", "then", "else"].includes(child.name));
      if (parts.length === 3) return `fw_if(${parts.map(inside).join(", ")})`;
    }
    return null;
  };
  return inside(node);
}

function compiled(expression: string): Kept {
  const known = kept.get(expression);
  if (known) return known;
  const root = parsed(expression);
  const fault = trap(root, expression);
  if (fault) throw new Broken(fault);
  const names = namesIn(root, expression);
  const odd = names.find((name) => /\s/.test(name));
  // FEEL allows names of several words; ours have one, and two words are a forgotten operator
  if (odd) throw new Broken({ message: `unexpected '${odd}'`, from: expression.indexOf(odd), to: expression.length });
  const made = evaluate(`function(${names.join(", ")}) (${strict(root, expression)})`, house);
  if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value as string);
  const entry = { names, run: made.value as FeelFunction, warnings: made.warnings };
  kept.set(expression, entry);
  return entry;
}

/** Why an expression cannot be used, and the names it is about. */
export function check(expression: string): { fault: Fault | null; names: string[] } {
  try {
    return { fault: null, names: compiled(expression).names };
  } catch (error) {
    return { fault: faultOf(error, expression), names: [] };
  }
}

/** What an expression says of the facts; null when it cannot be told.
 * @throws Broken when it is no FEEL.
 */
export function value(expression: string, facts: Facts): unknown {
  const { names, run, warnings } = compiled(expression);
  // the interpreter adds to the list of the first evaluation as long as the function lives
  warnings.length = 0;
  const found = run.invoke(names.map((name) => (Object.hasOwn(facts, name) ? facts[name] : null)));
  return found === undefined ? null : found;
}

export function faultOf(error: unknown, expression: string): Fault {
  if (error instanceof Broken) return error.fault;
  const at = (error as { position?: { from: number; to: number } }).position;
  const message = error instanceof Error ? error.message : String(error);
  return { message: message.slice(0, 200), from: at?.from ?? 0, to: at?.to ?? expression.length };
}
