#pragma once

#include <memory>
#include <string>

#include "base/digest.h"
#include "design/chat.h"
#include "ledger/ledger.h"
#include "llm/settings.h"

namespace syswright::llm {

/// What an exchange is known by: model, messages, options and ordinal; neither address nor key.
Digest exchange_key(const std::string& model, const design::ChatRequest& request);

/// A model with a record of its exchanges before it. An answer that is on record is not asked for again: a run that was
/// killed continues without paying twice, and what it counts is what was paid the first time. Failures are recorded
/// too, and asked again. Not recorded: what was not sent, and what a stop ended.
///
/// Replaying, there is no model behind: every exchange, failures too, is taken from the record, so that the run is the
/// same to the last bit, without network and key.
class RecordedChat final : public design::ChatModel {
 public:
  RecordedChat(std::shared_ptr<design::ChatModel> model, Ledger& ledger);
  /// Replays. price: as when it was recorded, since budgets are kept by it.
  RecordedChat(ModelSetting model, Ledger& ledger);

  const std::string& name() const override { return name_; }
  design::ChatPrice price() const override { return price_; }
  /// Throws InputError where an exchange that is to be replayed is not on record, and LedgerError.
  design::ChatReply complete(const design::ChatRequest& request) override;

 private:
  std::shared_ptr<design::ChatModel> model_;
  std::string name_;
  design::ChatPrice price_;
  Ledger& ledger_;
};

}  // namespace syswright::llm
