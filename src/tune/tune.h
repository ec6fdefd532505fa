#pragma once

/// tune/: searches configurations. space.h says what can be set (choices, levels, numbers; settings that only count
/// under others; rules that a configuration must keep), searcher.h how one asks for points to measure and tells what
/// came of them: at random, by CMA-ES, by Bayesian optimisation, and by AutoScout. It knows neither domains nor texts:
/// domains declare their spaces with it, and optimize/ searches marked constants with it.
