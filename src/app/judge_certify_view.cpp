#include <fmt/format.h>

#include <algorithm>

#include "app/judge_views.h"
#include "app/results.h"
#include "policy/graph.h"

namespace syswright::app {
namespace {

using judge::PropertyCertificate;
using judge::RuleCertificate;
using judge::Ruling;

Tone tone_of(Ruling ruling) {
  return ruling == Ruling::proved ? Tone::good : ruling == Ruling::refuted ? Tone::bad : Tone::level;
}

std::string value_text(double value, const policy::Type& type) {
  if (type.kind == policy::ValueKind::boolean) return value == 0 ? "false" : "true";
  return format_metric(value, type.dimension);
}

Sheet box_sheet(const RuleCertificate& rule) {
  Sheet sheet{{{"input"}, {"from", Align::right}, {"to", Align::right}, {""}}, {}};
  for (const judge::Side& side : rule.box) {
    sheet.rows.push_back({side.name, value_text(side.range.low, side.type), value_text(side.range.high, side.type),
                          side.cut ? "no end is declared: cut here" : ""});
  }
  return sheet;
}

/// What a proof speaks of, and what found it.
std::string basis_of(const PropertyCertificate& property) {
  if (property.ruling == Ruling::undecided) return "";
  if (property.ruling == Ruling::refuted) return fmt::format("{}, replayed", judge::to_string(property.method));
  return fmt::format("{}, over {}", judge::to_string(property.method), judge::to_string(property.arithmetic));
}

Sheet property_sheet(const RuleCertificate& rule) {
  Sheet sheet{
      {{"statement"}, {"ruling"}, {"proved", Align::right}, {"left", Align::right}, {"boxes", Align::right}, {"by"}},
      {}};
  sheet.cut = 0;
  for (const PropertyCertificate& property : rule.properties) {
    sheet.rows.push_back({property.property,
                          {std::string(judge::to_string(property.ruling)), tone_of(property.ruling)},
                          format_share(property.proved),
                          format_share(property.left),
                          with_thousands(std::uint64_t{property.boxes}),
                          basis_of(property)});
  }
  return sheet;
}

std::string region_text(const RuleCertificate& rule, const judge::Region& region) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < region.ranges.size() && i < rule.box.size(); ++i) {
    const judge::Side& side = rule.box[i];
    if (region.ranges[i].low == side.range.low && region.ranges[i].high == side.range.high) continue;
    parts.push_back(fmt::format("{} in [{}, {}]", side.name, value_text(region.ranges[i].low, side.type),
                                value_text(region.ranges[i].high, side.type)));
  }
  return parts.empty() ? "the whole box" : join(parts);
}

void add_evidence(Panel& panel, const RuleCertificate& rule, const PropertyCertificate& property) {
  if (property.counterexample) {
    panel.items.emplace_back(Statement{fmt::format("{} With {}", property.property, property.counterexample->text),
                                       Tone::bad, "counterexample"});
  }
  constexpr std::size_t shown = 3;
  for (std::size_t i = 0; i < std::min(shown, property.regions.size()); ++i) {
    panel.items.emplace_back(
        Statement{fmt::format("{} where {}{}", property.property, region_text(rule, property.regions[i]),
                              i + 1 == shown && property.regions_left > shown
                                  ? fmt::format(" (and in {} more regions)", property.regions_left - shown)
                                  : ""),
                  Tone::level, "left open"});
  }
  if (!property.note.empty()) panel.items.emplace_back(Remark{fmt::format("{} {}", property.property, property.note)});
}

std::size_t count(const judge::Certificate& certificate, Ruling ruling) {
  std::size_t number = 0;
  for (const RuleCertificate& rule : certificate.rules) {
    number += static_cast<std::size_t>(std::ranges::count(rule.properties, ruling, &PropertyCertificate::ruling));
  }
  return number;
}

Json range_json(const policy::Interval& range) { return Json::array().push(range.low).push(range.high); }

Json counterexample_json(const judge::Counterexample& counterexample) {
  Json points = Json::array();
  for (const judge::Point& point : counterexample.points) {
    points.push(Json::object().set("inputs", json_array(point.inputs)).set("output", point.output));
  }
  return Json::object().set("text", counterexample.text).set("points", std::move(points));
}

Json property_json(const PropertyCertificate& property) {
  Json regions = Json::array();
  for (const judge::Region& region : property.regions) {
    Json ranges = Json::array();
    for (const policy::Interval& range : region.ranges) ranges.push(range_json(range));
    regions.push(std::move(ranges));
  }
  return Json::object()
      .set("property", property.property)
      .set("line", property.line)
      .set("ruling", judge::to_string(property.ruling))
      .set("arithmetic", judge::to_string(property.arithmetic))
      .set("method", judge::to_string(property.method))
      .set("proved", property.proved)
      .set("refuted", property.refuted)
      .set("left", property.left)
      .set("counterexample", property.counterexample ? counterexample_json(*property.counterexample) : Json())
      .set("regions", std::move(regions))
      .set("regions_left", property.regions_left)
      .set("boxes", property.boxes)
      .set("note", property.note);
}

Json rule_json(const RuleCertificate& rule) {
  Json box = Json::array();
  for (const judge::Side& side : rule.box) {
    box.push(Json::object()
                 .set("input", side.name)
                 .set("type", policy::to_string(side.type))
                 .set("range", range_json(side.range))
                 .set("cut", side.cut));
  }
  Json properties = Json::array();
  for (const PropertyCertificate& property : rule.properties) properties.push(property_json(property));
  return Json::object()
      .set("decision", rule.decision_name)
      .set("box", std::move(box))
      .set("assumptions", json_array(rule.assumptions))
      .set("properties", std::move(properties));
}

}  // namespace

std::string certificate_verdict(const judge::Certificate& certificate) {
  const std::size_t proved = count(certificate, Ruling::proved);
  const std::size_t refuted = count(certificate, Ruling::refuted);
  const std::size_t open = count(certificate, Ruling::undecided);
  const std::size_t all = proved + refuted + open;
  if (all == 0) return fmt::format("{} states no contract: there is nothing to certify.", certificate.policy);
  if (proved == all) {
    return fmt::format("{}: {} proved for every input of the box.", certificate.policy,
                       all == 1 ? "the one statement is" : fmt::format("all {} statements are", all));
  }
  return fmt::format("{}: of {} statement{}, {} proved, {} refuted, {} undecided.", certificate.policy, all,
                     all == 1 ? "" : "s", proved, refuted, open);
}

Tone certificate_tone(const judge::Certificate& certificate) {
  return certificate.any_refuted() ? Tone::bad : certificate.all_proved() ? Tone::good : Tone::level;
}

Panel certificate_panel(const judge::Certificate& certificate) {
  Panel panel{.title = fmt::format("What is proved of {}", certificate.policy),
              .note =
                  "Proved: for every input of the box. Refuted: the interpreter, asked the counterexample, breaks the "
                  "statement. Undecided: neither; \"proved\" and \"left\" are shares of the box by volume. Over "
                  "doubles: of the program as it runs, rounding included; over reals: of its formula."};
  for (const RuleCertificate& rule : certificate.rules) {
    panel.items.emplace_back(Subheading{fmt::format("The answer to '{}'", rule.decision_name)});
    panel.items.emplace_back(property_sheet(rule));
    for (const PropertyCertificate& property : rule.properties) add_evidence(panel, rule, property);
    panel.items.emplace_back(Subheading{"The box"});
    panel.items.emplace_back(box_sheet(rule));
    for (const std::string& assumption : rule.assumptions) {
      panel.items.emplace_back(Statement{assumption, Tone::plain, "assumed"});
    }
  }
  return panel;
}

Json certificate_json(const judge::Certificate& certificate) {
  Json rules = Json::array();
  for (const RuleCertificate& rule : certificate.rules) rules.push(rule_json(rule));
  return Json::object()
      .set("policy", certificate.policy)
      .set("digest", certificate.digest.hex())
      .set("all_proved", certificate.all_proved())
      .set("any_refuted", certificate.any_refuted())
      .set("complete", certificate.complete)
      .set("rules", std::move(rules));
}

Panel shield_panel(const judge::Shielded& shielded) {
  Panel panel{.title = "The shield",
              .note =
                  "The shielded program answers as the policy does where its contract holds, and otherwise as the "
                  "fallback. Statements without a guard are left to the policy; the certificate below says what "
                  "is proved of the shielded program."};
  Sheet sheet{{{"decision"}, {"statement"}, {"guard"}}, {}};
  for (const judge::Guard& guard : shielded.guards) {
    sheet.rows.push_back({guard.decision, guard.property, std::string(judge::to_string(guard.kind))});
  }
  panel.items.emplace_back(std::move(sheet));
  panel.items.emplace_back(Listing{policy::to_source(*shielded.program)});
  return panel;
}

Json shield_json(const judge::Shielded& shielded) {
  Json guards = Json::array();
  for (const judge::Guard& guard : shielded.guards) {
    guards.push(Json::object()
                    .set("decision", guard.decision)
                    .set("property", guard.property)
                    .set("guard", judge::to_string(guard.kind)));
  }
  return Json::object()
      .set("guards", std::move(guards))
      .set("source", policy::to_source(*shielded.program))
      .set("certificate", certificate_json(shielded.certificate));
}

}  // namespace syswright::app
