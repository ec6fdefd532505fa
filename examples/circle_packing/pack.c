/* Packs N circles into the unit square so that the sum of their radii is large, and prints a line "x y r" for each.
 *
 * Iterated local search: a layout is disturbed, brought to a local optimum, and kept if it is better or hardly worse.
 * The method of multipliers (Hestenes 1969, Powell 1969) around L-BFGS (Liu and Nocedal 1989) comes near a local
 * optimum and tells which constraints press there; Newton's method on the conditions of Karush, Kuhn and Tucker for
 * these ends in it to the last digit. That matters: local optima differ by as little as 6e-6, and what is 1e-6 off in
 * each constraint cannot tell them apart. The work is a fixed number of gradients, so that no setting of the marked
 * constants buys more of it.
 *
 *   cc -O2 pack.c -o pack -lm && ./pack
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define SEED 1         // @tune(1, 1000000, int)
#define START random   // @choose(random, rows, rings)
#define JITTER 0.02    // @tune(0.001, 0.3, log)  how far every circle is moved, standard deviation
#define RELOCATED 0    // @tune(0, 6, int)        circles that are put anywhere else
#define SWAPPED 0      // @tune(0, 4, int)        pairs of circles that change places
#define SLACK 1e-6     // @tune(1e-6, 0.02, log)  how much worse a layout may be and still be kept
#define PATIENCE 1000  // @tune(5, 1000, log, int) disturbances without a gain before a new start

enum { N = 26, V = 3 * N, PAIRS = N * (N - 1) / 2, WALLS = 4 * N, C = PAIRS + WALLS, MEMORY = 8 };
enum { GRADIENTS = 2000000 };

static uint64_t state;
static double uniform(void) { /* SplitMix64 */
  uint64_t z = (state += 0x9E3779B97F4A7C15ull);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}
static double normal(void) { return sqrt(-2 * log(1 - uniform())) * cos(6.283185307179586 * uniform()); }
static int below(int bound) { return (int)(uniform() * bound); }

/* ---- the constraints: each at most 0 where the packing is valid. Layout: x[N], y[N], r[N]. */

static double multiplier[C];
static double strength;
static long gradients;

/* Augmented Lagrangian of minus the sum of radii, and its gradient. */
static double lagrangian(const double* v, double* g) {
  const double *x = v, *y = v + N, *r = v + 2 * N;
  double value = 0;
  int c = 0;
  ++gradients;
  for (int i = 0; i < N; ++i) {
    g[i] = g[N + i] = 0;
    g[2 * N + i] = -1;
    value -= r[i];
  }
  for (int i = 0; i < N; ++i) {
    for (int j = i + 1; j < N; ++j, ++c) {
      const double dx = x[i] - x[j], dy = y[i] - y[j], square = dx * dx + dy * dy, reach = r[i] + r[j];
      if (multiplier[c] == 0 && square > reach * reach && reach > 0) continue;
      const double distance = sqrt(square) + 1e-300;
      const double force = multiplier[c] + strength * (reach - distance);
      if (force <= 0) continue;
      value += force * force / (2 * strength);
      g[2 * N + i] += force;
      g[2 * N + j] += force;
      g[i] -= force * dx / distance;
      g[j] += force * dx / distance;
      g[N + i] -= force * dy / distance;
      g[N + j] += force * dy / distance;
    }
  }
  for (int i = 0; i < N; ++i) {
    const double over[4] = {r[i] - x[i], x[i] + r[i] - 1, r[i] - y[i], y[i] + r[i] - 1};
    for (int side = 0; side < 4; ++side, ++c) {
      const double force = multiplier[c] + strength * over[side];
      if (force <= 0) continue;
      value += force * force / (2 * strength);
      g[2 * N + i] += force;
      g[(side / 2) * N + i] += side % 2 == 0 ? -force : force;
    }
  }
  return value;
}

/* New multipliers; returns the largest violation. */
static double update_multipliers(const double* v) {
  const double *x = v, *y = v + N, *r = v + 2 * N;
  double worst = 0;
  int c = 0;
  for (int i = 0; i < N; ++i) {
    for (int j = i + 1; j < N; ++j, ++c) {
      const double over = r[i] + r[j] - hypot(x[i] - x[j], y[i] - y[j]);
      worst = fmax(worst, over);
      multiplier[c] = fmax(0, multiplier[c] + strength * over);
    }
  }
  for (int i = 0; i < N; ++i) {
    const double over[4] = {r[i] - x[i], x[i] + r[i] - 1, r[i] - y[i], y[i] + r[i] - 1};
    for (int side = 0; side < 4; ++side, ++c) {
      worst = fmax(worst, over[side]);
      multiplier[c] = fmax(0, multiplier[c] + strength * over[side]);
    }
  }
  return worst;
}

static double dot(const double* a, const double* b) {
  double sum = 0;
  for (int i = 0; i < V; ++i) sum += a[i] * b[i];
  return sum;
}

/* L-BFGS with a backtracking line search. */
static void descend(double* v, int steps, double small) {
  static double s[MEMORY][V], t[MEMORY][V], rho[MEMORY];
  double g[V], next[V], next_g[V], d[V], alpha[MEMORY];
  double value = lagrangian(v, g);
  int known = 0;
  for (int step = 0; step < steps; ++step) {
    memcpy(d, g, sizeof d);
    for (int k = known - 1; k >= 0 && k >= known - MEMORY; --k) {
      const int m = k % MEMORY;
      alpha[m] = rho[m] * dot(s[m], d);
      for (int i = 0; i < V; ++i) d[i] -= alpha[m] * t[m][i];
    }
    double scale = known > 0 ? 1 / (rho[(known - 1) % MEMORY] * dot(t[(known - 1) % MEMORY], t[(known - 1) % MEMORY]))
                             : 1 / (strength + 1);
    for (int i = 0; i < V; ++i) d[i] *= scale;
    for (int k = known > MEMORY ? known - MEMORY : 0; k < known; ++k) {
      const int m = k % MEMORY;
      const double beta = rho[m] * dot(t[m], d);
      for (int i = 0; i < V; ++i) d[i] += (alpha[m] - beta) * s[m][i];
    }
    const double slope = -dot(g, d);
    if (!(slope < 0)) {
      if (known == 0) return;
      known = 0;
      continue;
    }
    double length = 1, next_value = 0;
    int tries = 0;
    for (; tries < 25; ++tries, length *= 0.4) {
      for (int i = 0; i < V; ++i) next[i] = v[i] - length * d[i];
      next_value = lagrangian(next, next_g);
      if (next_value <= value + 1e-4 * length * slope) break;
    }
    if (tries == 25) {
      if (known == 0) return;
      known = 0;
      continue;
    }
    const int m = known % MEMORY;
    for (int i = 0; i < V; ++i) {
      s[m][i] = next[i] - v[i];
      t[m][i] = next_g[i] - g[i];
    }
    const double curvature = dot(s[m], t[m]);
    if (curvature > 1e-300) {
      rho[m] = 1 / curvature;
      ++known;
    }
    memcpy(v, next, sizeof next);
    memcpy(g, next_g, sizeof g);
    value = next_value;
    if (dot(g, g) < small * small) return;
  }
}

/* Sum of radii after the largest violation is taken off every one: a lower bound that any layout really reaches. */
static double valid_sum(double* v) {
  strength = 0;
  double worst = 0, sum = 0;
  const double *x = v, *y = v + N;
  double* r = v + 2 * N;
  for (int i = 0; i < N; ++i) {
    worst = fmax(worst, fmax(fmax(r[i] - x[i], x[i] + r[i] - 1), fmax(r[i] - y[i], y[i] + r[i] - 1)));
    for (int j = 0; j < i; ++j) worst = fmax(worst, (r[i] + r[j] - hypot(x[i] - x[j], y[i] - y[j])) / 2);
  }
  for (int i = 0; i < N; ++i) sum += r[i] -= worst + 4e-16;
  return sum;
}

/* ---- the end of a local optimum: Newton's method on the conditions of Karush, Kuhn and Tucker, for the constraints
 * that press. */

enum { K = V + 3 * N }; /* unknowns: the layout, and the force of each constraint that presses */

/* Constraint c and where it lies: circles i and j, or circle i and a side. */
static void parts_of(int c, int* i, int* j, int* side) {
  *side = -1;
  if (c >= PAIRS) {
    *i = (c - PAIRS) / 4;
    *side = (c - PAIRS) % 4;
    return;
  }
  for (*i = 0; c >= N - 1 - *i; ++*i) c -= N - 1 - *i;
  *j = *i + 1 + c;
}

/* By how much it is broken. */
static double over_of(const double* v, int c) {
  const double *x = v, *y = v + N, *r = v + 2 * N;
  int i, j, side;
  parts_of(c, &i, &j, &side);
  if (side < 0) return r[i] + r[j] - hypot(x[i] - x[j], y[i] - y[j]);
  const double place = side < 2 ? x[i] : y[i];
  return side % 2 == 0 ? r[i] - place : place + r[i] - 1;
}

/* Gauss with pivots; 0 where the matrix is singular. */
static int solve_linear(double a[K][K + 1], int n) {
  for (int k = 0; k < n; ++k) {
    int pivot = k;
    for (int i = k + 1; i < n; ++i)
      if (fabs(a[i][k]) > fabs(a[pivot][k])) pivot = i;
    if (fabs(a[pivot][k]) < 1e-11) return 0;
    if (pivot != k)
      for (int j = k; j <= n; ++j) {
        const double t = a[k][j];
        a[k][j] = a[pivot][j];
        a[pivot][j] = t;
      }
    for (int i = k + 1; i < n; ++i) {
      const double f = a[i][k] / a[k][k];
      if (f == 0) continue;
      for (int j = k + 1; j <= n; ++j) a[i][j] -= f * a[k][j];
    }
  }
  for (int k = n - 1; k >= 0; --k) {
    for (int j = k + 1; j < n; ++j) a[k][n] -= a[k][j] * a[j][n];
    a[k][n] /= a[k][k];
  }
  return 1;
}

static double kkt[K][K + 1];

/* One step; 0 where it cannot be taken. */
static int newton_step(double* v, const int* active, int m, double* force, double* length) {
  memset(kkt, 0, sizeof kkt);
  const int n = V + m;
  for (int i = 0; i < V; ++i) kkt[i][i] = 1e-9;
  for (int i = 0; i < N; ++i) kkt[2 * N + i][n] = 1;
  for (int k = 0; k < m; ++k) {
    int i, j, side, at[6];
    double slope[6];
    int terms = 0;
    parts_of(active[k], &i, &j, &side);
    if (side >= 0) {
      at[0] = (side / 2) * N + i, slope[0] = side % 2 == 0 ? -1 : 1;
      at[1] = 2 * N + i, slope[1] = 1;
      terms = 2;
    } else {
      const double dx = v[i] - v[j], dy = v[N + i] - v[N + j], d = hypot(dx, dy);
      const double ux = dx / d, uy = dy / d, bend = force[k] / d;
      const int place[6] = {i, j, N + i, N + j, 2 * N + i, 2 * N + j};
      const double grad[6] = {-ux, ux, -uy, uy, 1, 1};
      memcpy(at, place, sizeof at), memcpy(slope, grad, sizeof slope);
      terms = 6;
      /* minus the curvature of the distance: (1 - u u^T) / d, by sign of the ends */
      const double h[2][2] = {{1 - ux * ux, -ux * uy}, {-ux * uy, 1 - uy * uy}};
      for (int p = 0; p < 4; ++p)
        for (int q = 0; q < 4; ++q) kkt[at[p]][at[q]] -= bend * h[p / 2][q / 2] * (p % 2 == q % 2 ? 1 : -1);
    }
    for (int p = 0; p < terms; ++p) kkt[V + k][at[p]] = kkt[at[p]][V + k] = slope[p];
    kkt[V + k][n] = -over_of(v, active[k]);
  }
  gradients += 1000; /* about what it costs */
  if (!solve_linear(kkt, n)) return 0;
  *length = 0;
  for (int i = 0; i < V; ++i) *length = fmax(*length, fabs(kkt[i][n]));
  if (!(*length < 0.1)) return 0;
  for (int i = 0; i < V; ++i) v[i] += kkt[i][n];
  for (int k = 0; k < m; ++k) force[k] = kkt[V + k][n];
  return 1;
}

/* Returns the sum of radii of the local optimum near v, or that of v where the way to it is lost. */
static double polish(double* v) {
  double w[V], force[3 * N];
  int active[3 * N], m = 0;
  memcpy(w, v, sizeof w);
  for (int c = 0; c < C && m < 3 * N; ++c)
    if (multiplier[c] > 1e-3) active[m] = c, force[m++] = multiplier[c];
  for (int round = 0; round < 30; ++round) {
    double length;
    if (!newton_step(w, active, m, force, &length)) break;
    if (length > 1e-4) continue;
    int weakest = -1;
    for (int k = 0; k < m; ++k)
      if (force[k] < -1e-9 && (weakest < 0 || force[k] < force[weakest])) weakest = k;
    if (weakest >= 0) {
      active[weakest] = active[--m];
      force[weakest] = force[m];
      continue;
    }
    int worst = -1;
    double most = 1e-12;
    for (int c = 0; c < C; ++c) {
      int known = 0;
      for (int k = 0; k < m; ++k) known |= active[k] == c;
      if (!known && over_of(w, c) > most) worst = c, most = over_of(w, c);
    }
    if (worst >= 0 && m < 3 * N) {
      active[m] = worst;
      force[m++] = 0;
      continue;
    }
    if (length < 1e-13) break;
  }
  const double old = valid_sum(v), sum = valid_sum(w);
  if (!(sum > old)) return old;
  memcpy(v, w, sizeof w);
  return sum;
}

/* Brings v to a local optimum near it and returns its sum of radii. Not to the end where that surely stays below
 * `worth`. */
static double solve(double* v, double worth) {
  memset(multiplier, 0, sizeof multiplier);
  strength = 20;
  double before = 1, sum = 0;
  for (int round = 0; round < 8; ++round) {
    descend(v, 60, 1e-4);
    const double worst = update_multipliers(v);
    if (worst < 1e-4) break;
    if (worst > 0.25 * before && strength < 2000) strength *= 3;
    before = worst;
  }
  for (int i = 0; i < N; ++i) sum += v[2 * N + i];
  return sum < worth - 0.01 ? valid_sum(v) : polish(v);
}

/* ---- layouts */

static void random_start(double* v) {
  for (int i = 0; i < 2 * N; ++i) v[i] = uniform();
}
static void rows_start(double* v) { /* rows of 5, shifted by turns, and one over */
  for (int i = 0; i < N; ++i) {
    const int row = i / 5, column = i % 5;
    v[i] = (column + 0.3 + 0.4 * (row % 2)) / 5 + 0.03 * normal();
    v[N + i] = (fmin(row, 4) + 0.5) / 5 + 0.03 * normal();
  }
}
static void rings_start(double* v) { /* 1 + 8 + 17 */
  for (int i = 0; i < N; ++i) {
    const double radius = i == 0 ? 0 : i < 9 ? 0.24 : 0.45, turn = i < 9 ? i / 8.0 : (i - 9) / 17.0;
    v[i] = 0.5 + radius * cos(6.283185307179586 * turn) + 0.02 * normal();
    v[N + i] = 0.5 + radius * sin(6.283185307179586 * turn) + 0.02 * normal();
  }
}
#define JOINED(a, b) a##b
#define START_OF(name) JOINED(name, _start)

static void begin(double* v) {
  START_OF(START)(v);
  for (int i = 0; i < N; ++i) v[2 * N + i] = 0.05;
}

static void disturb(double* v) {
  for (int i = 0; i < 2 * N; ++i) v[i] += JITTER * normal();
  for (int k = 0; k < RELOCATED; ++k) {
    const int i = below(N);
    v[i] = uniform();
    v[N + i] = uniform();
  }
  for (int k = 0; k < SWAPPED; ++k) {
    const int i = below(N), j = below(N);
    const double x = v[i], y = v[N + i];
    v[i] = v[j], v[N + i] = v[N + j];
    v[j] = x, v[N + j] = y;
  }
  for (int i = 0; i < 2 * N; ++i) v[i] = fmin(fmax(v[i], 0.02), 0.98);
  for (int i = 0; i < N; ++i) v[2 * N + i] *= 0.8;
}

int main(void) {
  double now[V], tried[V], best[V], now_sum = 0, best_sum = 0;
  int idle = 0, starts = 0, layouts = 0;
  state = SEED;
  while (gradients < GRADIENTS) {
    const int fresh = starts == 0 || idle >= PATIENCE;
    if (fresh) {
      begin(tried);
      ++starts;
      idle = 0;
    } else {
      memcpy(tried, now, sizeof now);
      disturb(tried);
    }
    const double sum = solve(tried, best_sum);
    ++layouts;
    idle = sum > now_sum + 1e-7 ? 0 : idle + 1;
    if (fresh || sum > now_sum - SLACK) {
      memcpy(now, tried, sizeof now);
      now_sum = sum;
    }
    if (sum > best_sum) {
      memcpy(best, tried, sizeof best);
      best_sum = sum;
    }
  }
  for (int i = 0; i < N; ++i) printf("%.17g %.17g %.17g\n", best[i], best[N + i], best[2 * N + i]);
  fprintf(stderr, "%d starts, %d layouts\n", starts, layouts);
  return 0;
}
