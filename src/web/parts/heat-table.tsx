import { type FocusEvent, type KeyboardEvent, memo, type ReactNode, useEffect, useRef } from 'react';

/** How a cell looks; what it says is in its letter and its text, so that nobody depends on the colour. */
export type Tone = 'good' | 'doubtful' | 'bad' | 'quiet';

export interface HeatCell {
  readonly tone: Tone;
  /** One letter or sign for what the cell says. */
  readonly letter: string;
  /** A few letters beside it, such as an age. */
  readonly text: string;
  /** All that the cell says, in words. */
  readonly label: string;
}

export interface HeatRow {
  readonly id: string;
  readonly header: ReactNode;
  /** By column; a place without a cell stays empty. */
  readonly cells: ReadonlyMap<string, HeatCell>;
}

interface Props {
  readonly label: string;
  /** What the rows are, such as "Type". */
  readonly corner: string;
  readonly columns: readonly string[];
  readonly rows: readonly HeatRow[];
  /** The cell that is shown beside the table, as `row column`. */
  readonly opened: string;
  readonly onOpen: (row: string, column: string) => void;
}

/**
 * Many small cells in rows and columns. One stop of the Tab key; the arrow keys, Home and End go on inside, Enter opens.
 * https://www.w3.org/WAI/ARIA/apg/patterns/grid/
 */
export function HeatTable({ label, corner, columns, rows, opened, onOpen }: Props) {
  const grid = useRef<HTMLTableElement>(null);
  useEffect(() => {
    const table = grid.current;
    if (!table) return undefined;
    // The panel that opens makes what stands above the table longer, which would push the opened cell out of sight.
    const observer = new ResizeObserver(() => {
      table.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    });
    if (table.parentElement) observer.observe(table.parentElement);
    return () => observer.disconnect();
  }, []);
  return (
    <div className="causeway-heat-frame">
      <table
        ref={grid}
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table whose cells can be opened is a grid
        role="grid"
        aria-label={label}
        className="causeway-heat"
        onKeyDown={event => moveFocus(event, grid.current)}
        onFocus={event => keepStop(event, grid.current)}
      >
        <thead>
          <tr>
            <th scope="col" className="causeway-heat-corner">
              {corner}
            </th>
            {columns.map(column => (
              <th key={column} scope="col" className="causeway-heat-column">
                <span>{column}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <Row
              key={row.id}
              row={row}
              columns={columns}
              first={index === 0}
              opened={opened.startsWith(`${row.id} `) ? opened.slice(row.id.length + 1) : ''}
              onOpen={onOpen}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const Row = memo(function Row({
  row,
  columns,
  first,
  opened,
  onOpen,
}: {
  row: HeatRow;
  columns: readonly string[];
  first: boolean;
  opened: string;
  onOpen: Props['onOpen'];
}) {
  const start = first ? columns.find(column => row.cells.has(column)) : undefined;
  return (
    <tr>
      <th scope="row">{row.header}</th>
      {columns.map(column => {
        const cell = row.cells.get(column);
        if (!cell) return <td key={column} />;
        return (
          <td key={column}>
            <button
              type="button"
              className={`causeway-heat-cell causeway-heat-${cell.tone}`}
              tabIndex={column === start ? 0 : -1}
              aria-label={cell.label}
              aria-current={column === opened ? 'true' : undefined}
              title={cell.label}
              onClick={() => onOpen(row.id, column)}
            >
              <span className="causeway-heat-letter">{cell.letter}</span> {cell.text}
            </button>
          </td>
        );
      })}
    </tr>
  );
});

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
};

function moveFocus(event: KeyboardEvent, grid: HTMLTableElement | null): void {
  const target = event.target instanceof HTMLElement ? event.target.closest('td') : null;
  if (!grid || !target) return;
  const next = nextCell(event.key, target, grid);
  if (!next) return;
  event.preventDefault();
  next.focus();
}

/** The next place in the key's direction that has a cell. */
function nextCell(key: string, from: HTMLTableCellElement, grid: HTMLTableElement): HTMLElement | null | undefined {
  const rows = [...grid.rows].map(row => [...row.cells].map(place => place.querySelector('button')));
  const place = { row: from.closest('tr')?.rowIndex ?? 0, column: from.cellIndex };
  if (key === 'Home') return rows[place.row]?.find(cell => cell !== null);
  if (key === 'End') return rows[place.row]?.findLast(cell => cell !== null);
  const step = STEPS[key];
  if (!step) return null;
  let [row, column] = [place.row + step[0], place.column + step[1]];
  while (rows[row]?.[column] === null) [row, column] = [row + step[0], column + step[1]];
  return rows[row]?.[column];
}

/** The Tab key comes back to the cell where it left. Not a state: moving must not draw hundreds of cells anew. */
function keepStop(event: FocusEvent, grid: HTMLTableElement | null): void {
  if (!(event.target instanceof HTMLButtonElement) || !grid) return;
  for (const cell of grid.querySelectorAll<HTMLButtonElement>('button[tabindex="0"]')) cell.tabIndex = -1;
  event.target.tabIndex = 0;
}
