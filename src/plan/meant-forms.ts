/** How a value is written that stands where another form of it is expected. */
import { idOf } from './ids.ts';
import { quote, quoteText } from './quote.ts';
import { isRaw } from './raw.ts';
import type { Path } from './source.ts';

const SHOWN = 3;

/** What to write for it, behind the message; nothing where it is not known what was meant. */
export function meantForm(value: unknown, path: Path): string {
  const key = path.at(-1);
  if (path.length === 0) return Array.isArray(value) && value.length > 0 ? '; write {"steps": […]}' : '';
  const form = typeof key === 'number' ? ofElement(value, path) : (FORMS.get(formOf(path))?.(value) ?? '');
  return form === '' ? '' : `; ${form}`;
}

/** The key, and what stands for a name that users choose. */
function formOf(path: Path): string {
  const [key, parent] = [path.at(-1), path.at(-2)];
  if (path.length === 2 && parent === 'define') return 'define.NAME';
  if (path.length === 2 && parent === 'inputs') return 'inputs.NAME';
  if (parent === 'save') return 'save.NAME';
  if ((parent === 'ready' && key === 'every') || (key === 'id' && path.slice(-3).includes('needs'))) return '';
  return String(key);
}

type Form = (value: unknown) => string;

const ofMap: Form = value => {
  const [id] = isRaw(value) ? Object.keys(value) : [];
  return id === undefined ? '' : `write a list, in which each has its id: [{"id": ${quoteText(id)}, …}]`;
};

const FORMS: ReadonlyMap<string, Form> = new Map<string, Form>([
  ['steps', ofMap],
  ['gather', ofMap],
  ['any', ofMap],
  ['define.NAME', value => (Array.isArray(value) ? 'write {"steps": […]}' : '')],
  ['finally', value => (typeof value === 'string' ? `write [${quoteText(value)}]` : '')],
  ['env', value => namesIn(value, '…')],
  ['inputs', value => namesIn(value, '{"default": …}')],
  ['inputs.NAME', value => (isScalar(value) ? `write {"default": ${quote(value)}}` : '')],
  ['secrets', ofSecrets],
  ['forEach', value => (Array.isArray(value) ? namelessList(value) : '')],
  ['retry', value => (isEndless(value) ? 'write {"times": "forever"}' : '')],
  ['every', ofEvery],
  ['if', ofIf],
  [
    'needs',
    value =>
      isList(value)
        ? `write [${value
            .split(',')
            .map(one => quoteText(one.trim()))
            .join(', ')}]`
        : '',
  ],
  ['ready', ofReady],
  ['stop', value => (typeof value === 'string' ? `write {"signal": ${quoteText(value)}}` : '')],
  ['stdin', value => (typeof value === 'string' ? `write {"text": ${quoteText(value)}}` : '')],
  ['shell', ofShell],
  ['expect', value => (typeof value === 'number' ? `write {"status": ${value}}` : '')],
  ['okExitCodes', value => (typeof value === 'number' ? `write [0, ${value}]` : '')],
  ['id', ofId],
  ['save.NAME', value => (typeof value === 'string' ? pointerOf(value) : '')],
]);

/** Of a list of steps. */
function ofElement(value: unknown, path: Path): string {
  const isStep = ['steps', 'gather', 'any', 'finally'].includes(String(path.at(-2)));
  return isStep && Array.isArray(value) ? 'write {"steps": […]} or {"gather": […]}' : '';
}

/** `["A=1", …]`, `[{A: 1}, …]` and `[A, …]`, as other tools write variables. */
function namesIn(value: unknown, given: string): string {
  if (!Array.isArray(value)) return '';
  const names = value.flatMap(one => (isRaw(one) ? Object.keys(one) : (/^\w+/.exec(String(one))?.[0] ?? [])));
  return names[0] === undefined ? '' : `write {${quoteText(names[0])}: ${given}${names.length > 1 ? ', …' : ''}}`;
}

function ofSecrets(value: unknown): string {
  const names = isRaw(value) ? Object.keys(value) : [];
  return names.length === 0 ? '' : `write [${names.slice(0, SHOWN).map(quoteText).join(', ')}]`;
}

/** Of values alone, which a forEach knows by the name of a variable. */
function namelessList(values: readonly unknown[]): string {
  if (values.length === 0 || !values.every(value => value === null || typeof value !== 'object')) return '';
  const shown = [...values.slice(0, SHOWN).map(quote), ...(values.length > SHOWN ? ['…'] : [])];
  return `give the values a name, as in {"ITEM": [${shown.join(', ')}]}`;
}

function ofEvery(value: unknown): string {
  if (typeof value !== 'string') return '';
  const pattern = /^(?:hour|dai|week|month|year)ly$/.test(value) ? `@${value}` : value;
  return isPattern(pattern) ? `a time of the clock is written {"cron": ${JSON.stringify(pattern)}}` : '';
}

/** Five or six fields, or a nickname; a duration has none. */
function isPattern(text: string): boolean {
  return /^@[a-z]+$/i.test(text.trim()) || /^\S+(?:\s+\S+){4,5}$/.test(text.trim());
}

function ofIf(value: unknown): string {
  if (typeof value === 'boolean') return `write "${value}", which is a shell's`;
  return Array.isArray(value) ? 'join tests by " && " in one text' : '';
}

/** An address, or what is in a line. */
function ofReady(value: unknown): string {
  if (typeof value === 'number') return `write {"tcp": ${value}}`;
  if (typeof value !== 'string') return '';
  return `write {${/^https?:/.test(value) ? '"http"' : '"log"'}: ${quoteText(value)}}`;
}

const INTERPRETER = /^(?:bun|dash|deno|fish|ksh|node|perl|php|powershell|pwsh|python[\d.]*|ruby|zsh)$/;

/** The program with its flags; `{0}` is where GitHub puts the script. */
function ofShell(value: unknown): string {
  const [program = '', ...flags] = typeof value === 'string' ? value.split(/\s+/).filter(word => word !== '{0}') : [];
  if (flags.length === 0 && !INTERPRETER.test(program)) return '';
  const last = /^(?:bun|node|perl|ruby)$/.test(program) ? '-e' : '-c';
  return `write [${[program, ...flags, last].map(quoteText).join(', ')}]`;
}

function ofId(value: unknown): string {
  const id = typeof value === 'string' ? idOf(value) : undefined;
  return id === undefined ? '' : `write ${quoteText(id)}`;
}

function isScalar(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function isEndless(value: unknown): boolean {
  return ['forever', 'always', 'unlimited', 'infinite'].includes(String(value));
}

function isList(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z0-9_-]+(?:\s*,\s*[a-z0-9_-]+)+$/.test(value);
}

/** Of a path such as `$.user.id` or `.items[0].name`, as other tools have it. */
export function pointerOf(text: string): string {
  if (!/^\$?(?:\.[\w-]+|\[\d+\])+$/.test(text)) return '';
  return `write ${quoteText(`/${(text.match(/[\w-]+/g) ?? []).join('/')}`)}`;
}
