#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "domains/llm_serving/request.h"

namespace syswright::llm_serving {

/// When requests come. All kinds but `recorded` and `at_once` have the mean rate `rate`.
struct Arrivals {
  enum class Kind {
    constant,    ///< one every 1/rate seconds
    poisson,     ///< exponential gaps
    gamma,       ///< gamma-distributed gaps with the coefficient of variation `cv`
    log_normal,  ///< log-normal gaps; `sigma` is the standard deviation of their logarithm
    on_off,      ///< Poisson, at one rate for exponential spells of mean `on`, at `idle` times it for spells of `off`
    diurnal,     ///< Poisson at rate · (1 + swing · sin(2π t / period))
    at_once,     ///< all at 0
    recorded,    ///< `times`
  };
  Kind kind = Kind::poisson;
  double rate = 1;  ///< requests a second
  double cv = 1;
  double sigma = 1;
  double on = 30;             ///< seconds
  double off = 30;            ///< seconds
  double idle = 0;            ///< 0 … 1
  double period = 86400;      ///< seconds
  double swing = 0.8;         ///< 0 … 1
  std::vector<double> times;  ///< never falling, from 0
};

/// "poisson:8/s", "constant:8/s", "gamma:8/s,cv=3", "log-normal:7.5/s,sigma=2", "on-off:8/s,on=30s,off=60s,idle=0.1",
/// "diurnal:8/s,period=24h,swing=0.8", "at-once". Rates are a number by s, min or h.
/// Throws InputError that lists what there is.
Arrivals arrivals_from(const std::string& text);
/// The text that reads back as these arrivals; "recorded" for recorded ones.
std::string to_string(const Arrivals& arrivals);
/// One line for each kind, as arrivals_from takes it: for help texts.
const std::vector<std::string>& arrival_examples();

/// The arrivals of a log, to be laid under other lengths.
Arrivals recorded_arrivals(const Requests& requests);
/// Gamma gaps with the rate and coefficient of variation of a log. Throws InputError for one with fewer than three
/// requests, or with all arrivals at one time.
Arrivals fit_arrivals(const Requests& requests);

/// The first `count` arrivals below `duration` seconds. A pure function of its arguments; a shorter list is the front
/// of a longer one. Throws InputError for parameters out of range.
std::vector<double> draw_arrivals(const Arrivals& arrivals, std::uint64_t count, double duration, std::uint64_t seed);

}  // namespace syswright::llm_serving
