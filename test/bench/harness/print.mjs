// Prints findings as tables for people.

export function printFinding({ title, unit, reference, rows, goals }) {
  const headings = Object.keys(rows[0]?.also ?? {});
  const lines = rows.map(row => [
    row.name,
    figure(row.median),
    `${figure(row.low)}–${figure(row.high)}`,
    ...(reference === undefined ? [] : [times(row.ratio), times(row.cpuRatio)]),
    ...headings.map(heading => figure(row.also[heading])),
  ]);
  console.log(`\n${title}`);
  printTable([
    ['', unit, 'quartiles', ...(reference === undefined ? [] : [`× ${reference}`, '× CPU']), ...headings],
    ...lines,
  ]);
  for (const goal of goals) console.log(`  ${words(goal)}`);
}

/** All goals once more, where nobody overlooks one that is not met. */
export function printGoals(results) {
  console.log('\n== goals');
  for (const { name, findings } of results) {
    for (const goal of findings.flatMap(({ goals }) => goals)) console.log(`${name.padEnd(8)} ${words(goal)}`);
  }
}

const times = value => (value === undefined || Number.isNaN(value) ? '–' : value.toFixed(2));

const words = ({ says, value, isMet }) => `${isMet ? 'met    ' : 'NOT MET'} ${says}: ${figure(value)}`;

function printTable(table) {
  const widths = table[0].map((_, column) => Math.max(...table.map(cells => cells[column].length)));
  for (const cells of table) {
    const padded = cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]) : cell.padStart(widths[at])));
    console.log(`  ${padded.join('  ')}`);
  }
}

function figure(value) {
  if (value === undefined || Number.isNaN(value)) return '–';
  const size = Math.abs(value);
  return value.toFixed(size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 2);
}
