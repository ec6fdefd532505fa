#pragma once

/// policy/: the policy language. A domain describes its decisions in a Signature; a Program answers them. From text:
/// lexer, parser, checker. Between: one typed, hash-consed expression Graph a rule, which the simplifier, the interval
/// analysis, the reference interpreter, the LLVM JIT and the exporters all read. Beside it: the statistics that the
/// trusted runtime keeps for a program. docs/language.md is the reference for users.
