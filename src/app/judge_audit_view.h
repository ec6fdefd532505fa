#pragma once

#include <span>
#include <string>

#include "app/json.h"
#include "app/panel.h"
#include "domain/domain.h"
#include "judge/audit/audit.h"

/// What the auditor found, as people and programs read it.
namespace syswright::app {

std::string audit_verdict(std::span<const judge::RunAudit> audits);
Tone audit_tone(std::span<const judge::RunAudit> audits);
Panel audit_panel(const Domain& domain, std::span<const judge::RunAudit> audits);
Json audit_json(const Domain& domain, std::span<const judge::RunAudit> audits);

std::string self_test_verdict(const judge::SelfTest& test);
Panel self_test_panel(const judge::SelfTest& test);
Json self_test_json(const judge::SelfTest& test);

}  // namespace syswright::app
