// Lines of two texts side by side, by their longest common subsequence.

export interface Row {
  left: string | null;
  right: string | null;
  same: boolean;
}

const most_cells = 4_000_000;

export function sideBySide(left: string, right: string): Row[] {
  const a = left.replace(/\n$/, "").split("\n");
  const b = right.replace(/\n$/, "").split("\n");
  if (a.length * b.length > most_cells) return paired(a, b);
  // lengths[i][j]: of the longest common subsequence of a from i and b from j.
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; --i) {
    for (let j = b.length - 1; j >= 0; --j) {
      lengths[i * width + j] =
        a[i] === b[j]
          ? lengths[(i + 1) * width + j + 1] + 1
          : Math.max(lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
    }
  }
  const rows: Row[] = [];
  let gone: string[] = [];
  let come: string[] = [];
  const flush = () => {
    rows.push(...paired(gone, come));
    gone = [];
    come = [];
  };
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      flush();
      rows.push({ left: a[i++], right: b[j++], same: true });
    } else if (j >= b.length || (i < a.length && lengths[(i + 1) * width + j] >= lengths[i * width + j + 1])) {
      gone.push(a[i++]);
    } else {
      come.push(b[j++]);
    }
  }
  flush();
  return rows;
}

function paired(gone: string[], come: string[]): Row[] {
  return Array.from({ length: Math.max(gone.length, come.length) }, (_, i) => ({
    left: gone[i] ?? null,
    right: come[i] ?? null,
    same: false,
  }));
}
