// Which points no other point beats in both directions.

export interface Point {
  x: number;
  y: number;
}

/// The front's points in the order of x; of equal points the first. lower…: whether less is better in that direction.
export function front<T extends Point>(points: readonly T[], lowerX: boolean, lowerY: boolean): T[] {
  const signX = lowerX ? 1 : -1;
  const signY = lowerY ? 1 : -1;
  const usable = points.filter((point) => Number.isFinite(point.x) && Number.isFinite(point.y));
  const sorted = [...usable].sort((a, b) => signX * (a.x - b.x) || signY * (a.y - b.y));
  const kept: T[] = [];
  let best = Infinity;
  for (const point of sorted) {
    if (signY * point.y < best) {
      best = signY * point.y;
      kept.push(point);
    }
  }
  return kept.sort((a, b) => a.x - b.x);
}
