#pragma once

/// judge/: examines claims about policies from evaluations alone. A judge knows domain/ by its interfaces, asks an
/// Evaluator for what it needs, never includes a domain, and says how sure it is.
