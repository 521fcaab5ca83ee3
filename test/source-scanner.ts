/**
 * Reads TypeScript far enough to know every import and every free name of a file. Written here because TypeScript 7
 * offers its parser only under `unstable/`, and a plain regular expression takes comments and strings for code.
 */
interface Token {
  readonly kind: 'name' | 'string' | 'number' | 'regexp' | 'template' | 'mark';
  /** A string without its quotes, anything else as written. */
  readonly text: string;
  readonly line: number;
}

export interface Import {
  /** null where the place is computed at run time. */
  readonly from: string | null;
  readonly typeOnly: boolean;
  readonly line: number;
}

/** Every token that is no comment. Templates give their text pieces and the tokens of their substitutions. */
function tokens(source: string): Token[] {
  const found: Token[] = [];
  // One entry for each open brace: true where it began a `${`.
  const braces: boolean[] = [];
  let at = 0;
  let line = 1;

  const add = (kind: Token['kind'], end: number, text = source.slice(at, end)) => {
    found.push({ kind, text, line });
    advance(end);
  };
  const advance = (end: number) => {
    for (let i = at; i < end; i++) if (source[i] === '\n') line += 1;
    at = end;
  };

  while (at < source.length) {
    const c = source.charAt(at);
    const two = source.slice(at, at + 2);
    if (/\s/.test(c)) advance(at + 1);
    else if (two === '//' || (two === '#!' && at === 0)) advance(endOf(source, '\n', at));
    else if (two === '/*') advance(endOf(source, '*/', at + 2) + 2);
    else if (c === '"' || c === "'") {
      const end = closing(source, at + 1, c);
      add('string', end + 1, source.slice(at + 1, end));
    } else if (c === '`') template();
    else if (c === '}' && braces.pop() === true) template();
    else if (/[\p{ID_Start}$_#]/u.test(c)) add('name', match(/[\p{ID_Continue}$_#\u200c\u200d]+/uy));
    else if (/\d/.test(c)) add('number', match(/[\d.][\w.]*/y));
    else if (c === '/' && mayBeginRegExp(found.at(-1)) && regExpEnd(source, at) > 0)
      add('regexp', regExpEnd(source, at));
    else {
      if (c === '{') braces.push(false);
      add('mark', source.startsWith('...', at) ? at + 3 : two === '?.' || two === '=>' ? at + 2 : at + 1);
    }
  }
  return found;

  /** From a backtick or the `}` of a substitution to the next `${` or the closing backtick. */
  function template(): void {
    let end = at + 1;
    while (end < source.length && source[end] !== '`' && !source.startsWith('${', end))
      end += source[end] === '\\' ? 2 : 1;
    const opens = source[end] === '$';
    add('template', Math.min(source.length, opens ? end + 2 : end + 1));
    if (opens) braces.push(true);
  }

  function match(pattern: RegExp): number {
    pattern.lastIndex = at;
    return at + (pattern.exec(source)?.[0].length ?? 1);
  }
}

/** Every `import`, `export … from`, `import()`, `require()` and `getBuiltinModule()`; a type written `import('…').T` counts as a load. */
export function imports(source: string): Import[] {
  const list = tokens(source);
  const found: Import[] = [];
  for (const [i, token] of list.entries()) {
    const next = list[i + 1];
    const isMember = list[i - 1]?.text === '.';
    if (token.kind !== 'name' || (isMember && token.text !== 'getBuiltinModule')) continue;
    if (/^(import|require|getBuiltinModule)$/.test(token.text) && next?.text === '(') {
      const place = list[i + 2];
      const literal = place?.kind === 'string' && /^[),]$/.test(list[i + 3]?.text ?? '');
      found.push({ from: literal ? place.text : null, typeOnly: false, line: token.line });
    } else if (token.text === 'import' && next?.kind === 'string') {
      found.push({ from: next.text, typeOnly: false, line: token.line });
    } else if (token.text === 'import' || token.text === 'export') {
      const from = clause(list, i);
      if (from !== null) found.push(from);
    }
  }
  return found;
}

/**
 * `import type? x, { a as b } from '…'`; null where it is no such clause (`export const`, `import.meta`). Types alone
 * only where the clause says so: `import { type a } from` still loads the module (verbatimModuleSyntax).
 */
function clause(list: readonly Token[], start: number): Import | null {
  const typeOnly = list[start + 1]?.text === 'type' && !/^(from|,)$/.test(list[start + 2]?.text ?? '');
  for (let i = start + 1; i < list.length; i++) {
    const token = list[i] as Token;
    const place = list[i + 1];
    if (token.text === 'from' && place?.kind === 'string') return { from: place.text, typeOnly, line: place.line };
    if (token.kind === 'mark' && !/^[{},*]$/.test(token.text)) return null;
  }
  return null;
}

/** Names of variables that the file does not declare itself: no members (`x.name`), no keys (`{ name: … }`). */
export function freeNames(source: string): Token[] {
  const list = tokens(source);
  const declared = new Set(
    list.filter((_, i) => /^(const|let|function)$/.test(list[i - 1]?.text ?? '')).map((t) => t.text),
  );
  return list.filter((token, i) => {
    const before = list[i - 1]?.text ?? '';
    const isKey = list[i + 1]?.text === ':' && /^[{,;]$/.test(before);
    return token.kind === 'name' && before !== '.' && before !== '?.' && !isKey && !declared.has(token.text);
  });
}

/** Position of the first `end` at or behind `from`, else the end of the text. */
function endOf(source: string, end: string, from: number): number {
  const at = source.indexOf(end, from);
  return at < 0 ? source.length : at;
}

function closing(source: string, from: number, quote: string): number {
  let at = from;
  while (at < source.length && source[at] !== quote && source[at] !== '\n') at += source[at] === '\\' ? 2 : 1;
  return Math.min(at, source.length);
}

/** A slash behind a value divides, anywhere else it begins a regular expression. */
function mayBeginRegExp(before: Token | undefined): boolean {
  if (before === undefined) return true;
  if (before.kind === 'name')
    return /^(return|typeof|case|in|of|do|else|void|delete|throw|yield|await)$/.test(before.text);
  if (before.kind === 'template') return before.text.endsWith('${');
  return before.kind === 'mark' && !/^[)\]}]$/.test(before.text);
}

/** The end of the regular expression that begins at `from`, flags included; 0 when the line ends before it. */
function regExpEnd(source: string, from: number): number {
  let inClass = false;
  for (let at = from + 1; at < source.length && source[at] !== '\n'; at++) {
    const c = source[at];
    if (c === '\\') at += 1;
    else if (c === '[') inClass = true;
    else if (c === ']') inClass = false;
    else if (c === '/' && !inClass) return at + 1 + (/^[a-z]*/.exec(source.slice(at + 1))?.[0].length ?? 0);
  }
  return 0;
}
