import { cpus, totalmem } from 'node:os';
import { meets, type Comparison, type Figure } from './measure';

/** What the figures were measured on. */
export interface Machine {
  readonly node: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly database: string;
}

export function machineOf(database: string): Machine {
  const processors = cpus();
  return {
    node: process.version,
    processor: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    database,
  };
}

/** The report as a person reads it. */
export function tableOf(comparisons: readonly Comparison[]): string {
  const rows = comparisons.map((line) => [
    line.bench,
    line.what,
    `${figure(line.ours)} ${line.unit}`,
    line.beside ? `${line.besideName}: ${figure(line.beside)} ${line.unit}` : '',
    line.ratio?.toFixed(2) ?? '',
    aim(line),
    verdict(line),
  ]);
  const head = ['bench', 'what', 'ours', 'beside', 'ratio', 'aim', ''];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd();
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

function figure({ median, low, high }: Figure): string {
  return `${short(median)} (${short(low)}–${short(high)})`;
}

function short(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return value.toFixed(value >= 10 ? 1 : 2);
}

function aim({ aim: wanted, ratio, unit }: Comparison): string {
  if (!wanted) return '';
  const bound = wanted.atLeast === undefined ? `≤ ${wanted.atMost}` : `≥ ${wanted.atLeast}`;
  return ratio === undefined ? `${bound} ${unit}` : bound;
}

function verdict(line: Comparison): string {
  const met = meets(line);
  return met === undefined ? '' : met ? 'met' : 'MISSED';
}
