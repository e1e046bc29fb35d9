#include "common/message/draft.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/pdu/segment.h"
#include "common/pdu/transliterate.h"
#include "common/route/router.h"

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

Result<PreparedText> CutText(std::string text, const SegmentOptions& options,
                             bool transliterate) {
  const auto segments = transliterate ? SegmentTransliterated(text, options)
                                      : SegmentText(text, options);
  if (!segments) return std::unexpected(segments.error());
  return PreparedText{std::move(text), static_cast<int>(segments->parts.size()),
                      ToString(segments->coding)};
}

// From when to when it may be sent.
struct Life {
  WallTime begins;
  WallTime ends;
};

std::expected<Life, DraftError> CheckTimes(const Draft& draft,
                                           const std::string& recipient,
                                           const MessageConfig& config,
                                           SendingWindows& windows,
                                           WallTime now) {
  const WallTime asked = std::max(draft.not_before.value_or(now), now);
  if (asked - now > kFarthestStart) {
    return Refuse(DraftProblem::kTooFarAhead,
                  fmt::format("not_before may be {} days ahead at the most",
                              kFarthestStart.count()));
  }
  const auto opens = windows.NextOpen(draft.message_class, recipient, asked);
  if (!opens) {
    return Refuse(opens.error().kind == ErrorKind::kInvalid
                      ? DraftProblem::kOutsideWindow
                      : DraftProblem::kInternal,
                  opens.error().message);
  }
  if (!draft.ttl) {
    return Life{*opens, *opens + LifeOf(draft.message_class, config)};
  }
  const Life life{*opens, asked + *draft.ttl};
  if (life.begins < life.ends) return life;
  DraftError error{.problem = DraftProblem::kOutsideWindow,
                   .message = fmt::format(
                       "its life ends before the sending window of its class "
                       "opens, at {}",
                       FormatRfc3339(*opens))};
  error.opens_at = *opens;
  return std::unexpected(std::move(error));
}

std::expected<void, DraftError> CheckCallback(std::string_view url,
                                              const CallbackConfig& config) {
  if (url.empty()) return {};
  const auto allowed = CheckCallbackUrl(url, config);
  if (allowed) return {};
  return Refuse(
      DraftProblem::kCallbackNotAllowed,
      "callback_url can't be told of messages: " + allowed.error().message);
}

std::expected<std::string, DraftError> CheckRoute(const Draft& draft,
                                                  const std::string& recipient,
                                                  const Config& config) {
  auto lane = LaneFor(
      config, {recipient, draft.message_class, draft.client, draft.modem});
  if (lane) return std::move(*lane);
  const Error& error = lane.error();
  return Refuse(error.kind == ErrorKind::kNotFound ? DraftProblem::kUnknownModem
                : error.kind == ErrorKind::kInvalid ? DraftProblem::kNoRoute
                                                    : DraftProblem::kInternal,
                error.message);
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
    case DraftProblem::kOutsideWindow:
      return "outside_window";
    case DraftProblem::kCallbackNotAllowed:
      return "callback_not_allowed";
    case DraftProblem::kUnknownModem:
      return "unknown_modem";
    case DraftProblem::kNoRoute:
      return "no_route";
    case DraftProblem::kInternal:
      return "internal";
  }
  return "internal";
}

std::string_view FieldOf(const DraftError& error) {
  switch (error.problem) {
    case DraftProblem::kInvalidRecipient:
      return "to";
    case DraftProblem::kTooFarAhead:
      return "not_before";
    case DraftProblem::kOutsideWindow:
      return error.opens_at ? "ttl" : "to";
    case DraftProblem::kCallbackNotAllowed:
      return "callback_url";
    case DraftProblem::kUnknownModem:
      return "modem";
    case DraftProblem::kNoRoute:
      return "to";
    case DraftProblem::kEmptyText:
    case DraftProblem::kInvalidUtf8:
    case DraftProblem::kTooManyParts:
    case DraftProblem::kInternal:
      return "text";
  }
  return "text";
}

std::expected<PreparedText, DraftError> PrepareText(
    std::string text, const std::string& recipient, const Config& config) {
  if (text.empty()) {
    return Refuse(DraftProblem::kEmptyText, "the text is empty");
  }
  auto cut = CutText(std::move(text), OptionsFor(recipient, config.message),
                     config.message.transliterate);
  if (!cut) {
    return Refuse(DraftProblem::kInvalidUtf8,
                  "the text is not UTF-8: " + cut.error().message);
  }
  if (cut->parts > config.message.max_parts) {
    return Refuse(DraftProblem::kTooManyParts,
                  fmt::format("the text takes {} parts, and message.max_parts "
                              "is {}",
                              cut->parts, config.message.max_parts),
                  cut->parts);
  }
  return std::move(*cut);
}

std::expected<NewMessage, DraftError> MakeMessage(
    Draft draft, const Config& config, RecipientParser& recipients,
    SendingWindows& windows, WallTime now, Random& random) {
  if (auto allowed = CheckCallback(draft.callback_url, config.callback);
      !allowed) {
    return std::unexpected(allowed.error());
  }
  auto recipient = CheckRecipient(draft.to, recipients);
  if (!recipient) return std::unexpected(recipient.error());
  auto cut = PrepareText(std::move(draft.text), *recipient, config);
  if (!cut) return std::unexpected(cut.error());
  const auto life = CheckTimes(draft, *recipient, config.message, windows, now);
  if (!life) return std::unexpected(life.error());
  auto lane = CheckRoute(draft, *recipient, config);
  if (!lane) return std::unexpected(lane.error());
  return NewMessage{.id = MakeUuidV7(now, random),
                    .message_class = draft.message_class,
                    .recipient = std::move(*recipient),
                    .text = std::move(cut->text),
                    .parts = cut->parts,
                    .reference = std::move(draft.reference),
                    .coding = std::move(cut->coding),
                    .report = draft.report.value_or(config.message.report),
                    .lane = std::move(*lane),
                    .client = std::move(draft.client),
                    .callback_url = std::move(draft.callback_url),
                    .repeat_unknown = draft.repeat_unknown,
                    .created_at = now,
                    .not_before = life->begins,
                    .expires_at = life->ends};
}

}  // namespace smsweb
