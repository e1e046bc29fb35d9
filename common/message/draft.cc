#include "common/message/draft.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/pdu/segment.h"
#include "common/pdu/transliterate.h"

namespace smsweb {
namespace {

std::unexpected<DraftError> Refuse(DraftProblem problem, std::string message,
                                   int parts = 0) {
  return std::unexpected(DraftError{problem, std::move(message), parts});
}

std::chrono::seconds LifeOf(MessageClass message_class,
                            const MessageConfig& config) {
  switch (message_class) {
    case MessageClass::kOtp:
      return config.otp_ttl;
    case MessageClass::kTransactional:
      return config.transactional_ttl;
    case MessageClass::kBulk:
      return config.bulk_ttl;
  }
  return config.transactional_ttl;
}

std::expected<std::string, DraftError> CheckRecipient(
    std::string_view to, RecipientParser& recipients) {
  auto recipient = recipients.Parse(to);
  if (recipient) return *recipient;
  if (recipient.error().kind != ErrorKind::kInvalid) {
    return Refuse(DraftProblem::kInternal, recipient.error().message);
  }
  return Refuse(DraftProblem::kInvalidRecipient,
                "the number can't be sent to: " + recipient.error().message);
}

SegmentOptions OptionsFor(const std::string& recipient,
                          const MessageConfig& config) {
  SegmentOptions options;
  for (const auto& name : LanguagesFor(config, recipient)) {
    if (const auto language = ParseLanguage(name)) {
      options.languages.push_back(*language);
    }
  }
  return options;
}

// How the text goes on the air.
struct Cut {
  std::string text;
  int parts;
  std::string coding;
};

Result<Cut> CutText(std::string text, const SegmentOptions& options,
                    bool transliterate) {
  const auto segments = transliterate ? SegmentTransliterated(text, options)
                                      : SegmentText(text, options);
  if (!segments) return std::unexpected(segments.error());
  return Cut{std::move(text), static_cast<int>(segments->parts.size()),
             ToString(segments->coding)};
}

std::expected<Cut, DraftError> CheckText(std::string text,
                                         const std::string& recipient,
                                         const MessageConfig& config) {
  if (text.empty()) {
    return Refuse(DraftProblem::kEmptyText, "the text is empty");
  }
  auto cut = CutText(std::move(text), OptionsFor(recipient, config),
                     config.transliterate);
  if (!cut) {
    return Refuse(DraftProblem::kInvalidUtf8,
                  "the text is not UTF-8: " + cut.error().message);
  }
  if (cut->parts > config.max_parts) {
    return Refuse(DraftProblem::kTooManyParts,
                  fmt::format("the text takes {} parts, and message.max_parts "
                              "is {}",
                              cut->parts, config.max_parts),
                  cut->parts);
  }
  return std::move(*cut);
}

}  // namespace

std::string_view ToString(DraftProblem problem) {
  switch (problem) {
    case DraftProblem::kInvalidRecipient:
      return "invalid_recipient";
    case DraftProblem::kEmptyText:
      return "empty_text";
    case DraftProblem::kInvalidUtf8:
      return "invalid_utf8";
    case DraftProblem::kTooManyParts:
      return "too_many_parts";
    case DraftProblem::kTooFarAhead:
      return "out_of_range";
    case DraftProblem::kInternal:
      return "internal";
  }
  return "internal";
}

std::expected<NewMessage, DraftError> MakeMessage(Draft draft,
                                                  const MessageConfig& config,
                                                  RecipientParser& recipients,
                                                  WallTime now,
                                                  Random& random) {
  auto recipient = CheckRecipient(draft.to, recipients);
  if (!recipient) return std::unexpected(recipient.error());
  auto cut = CheckText(std::move(draft.text), *recipient, config);
  if (!cut) return std::unexpected(cut.error());
  const WallTime not_before = std::max(draft.not_before.value_or(now), now);
  if (not_before - now > kFarthestStart) {
    return Refuse(DraftProblem::kTooFarAhead,
                  fmt::format("not_before may be {} days ahead at the most",
                              kFarthestStart.count()));
  }
  const auto life = draft.ttl.value_or(LifeOf(draft.message_class, config));
  return NewMessage{.id = MakeUuidV7(now, random),
                    .message_class = draft.message_class,
                    .recipient = std::move(*recipient),
                    .text = std::move(cut->text),
                    .parts = cut->parts,
                    .reference = std::move(draft.reference),
                    .coding = std::move(cut->coding),
                    .report = draft.report.value_or(config.report),
                    .created_at = now,
                    .not_before = not_before,
                    .expires_at = not_before + life};
}

}  // namespace smsweb
