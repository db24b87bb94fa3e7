/** `csv`: the rows of a table with a header, comma-separated, as RFC 4180 has it. */
import { CsvError, parse } from 'csv-parse/sync';
import type { ListItems } from '../../engine/executor.ts';
import { quoteText } from '../../plan/quote.ts';
import { BadList } from './bad-list.ts';
import { asName } from './names.ts';
import { Rows } from './rows.ts';

/**
 * Of each row the variable `name` is a JSON object, and `name_column` each cell. Empty lines are passed over.
 * @param what how people are told of it. @throws {BadList}
 */
export function rowsOf(name: string, bytes: Buffer, what: string): ListItems {
  let header: Header | undefined;
  const rows = new Rows();
  const take = (cells: readonly string[], line: number) => {
    if (header === undefined) {
      header = headerOf(cells, name, what);
      return;
    }
    const { columns } = header;
    if (cells.length !== columns.length) {
      throw new BadList(
        `${what}, line ${line}: the row has ${plural(cells.length, 'cell')}, and the header ${plural(columns.length, 'column')}`,
      );
    }
    rows.add(cells);
  };
  try {
    parse(bytes, {
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      record_delimiter: ['\r\n', '\n'],
      on_record(cells: string[], { lines }) {
        take(cells, lines);
        return null;
      },
    });
  } catch (error) {
    if (error instanceof CsvError && header === undefined) refuseOtherSeparator(firstLineOf(bytes).split(','), what);
    if (error instanceof CsvError) throw new BadList(`${what}, line ${error.lines ?? '?'}: ${wordsOf(error)}`);
    throw error;
  }
  if (header === undefined) throw new BadList(`${what} is empty; expected a header: the names of the columns`);
  const { columns, variables } = header;
  return {
    count: rows.count,
    at(index) {
      const cells = rows.at(index);
      const members = columns.map((column, at) => `${JSON.stringify(column)}:${JSON.stringify(cells[at])}`);
      const values: Record<string, string> = { [name]: `{${members.join(',')}}` };
      for (const [at, variable] of variables.entries()) values[variable] = cells[at] ?? '';
      return values;
    },
  };
}

interface Header {
  readonly columns: readonly string[];
  /** Of each column. */
  readonly variables: readonly string[];
}

function headerOf(cells: readonly string[], name: string, what: string): Header {
  const columns = cells.map(cell => cell.trim());
  refuseOtherSeparator(columns, what);
  const variables = columns.map(column => `${name}_${asName(column)}`);
  for (const [index, variable] of variables.entries()) {
    if (columns[index] === '') throw new BadList(`${what}: column ${index + 1} has no name in the header`);
    const first = variables.indexOf(variable);
    if (first !== index)
      throw new BadList(`${what}: the columns "${columns[first]}" and "${columns[index]}" are both ${variable}`);
  }
  return { columns, variables };
}

/** As spreadsheets write it where the comma is in numbers. @throws {BadList} */
function refuseOtherSeparator([column = '', ...others]: readonly string[], what: string): void {
  if (others.length > 0 || !/[;\t]/.test(column)) return;
  throw new BadList(
    `${what} is not separated by commas: its header is one column, ${quoteText(column)}; save it with commas between its columns`,
  );
}

function firstLineOf(bytes: Buffer): string {
  return (bytes.toString('utf8').split('\n', 1)[0] ?? '').trim();
}

function wordsOf({ code, message }: CsvError): string {
  switch (code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'a quote is opened before the end of the file, and not closed';
    case 'CSV_INVALID_CLOSING_QUOTE':
      return 'something follows a closing quote; a quote inside of quotes is written twice';
    case 'INVALID_OPENING_QUOTE':
      return 'a quote stands inside of a cell that does not begin with one';
    default:
      return message;
  }
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
