#include "common/verify/start.h"

#include <fmt/format.h>

#include <utility>

#include "common/secret/sealed_text.h"
#include "common/store/store.h"
#include "common/verify/code.h"

namespace smsweb {
namespace {

std::unexpected<StartProblem> BadField(std::string code, std::string field,
                                       std::string detail) {
  return std::unexpected(StartProblem{
      .kind = StartProblem::Kind::kField,
      .fault = {std::move(code), std::move(field), std::move(detail)}});
}

std::unexpected<StartProblem> BadDraft(DraftError error) {
  return std::unexpected(StartProblem{.kind = StartProblem::Kind::kDraft,
                                      .draft = std::move(error)});
}

// Of the order, what is no matter of the number.
std::expected<CodeTextOrder, StartProblem> CheckText(
    const VerificationOrder& order) {
  CodeTextOrder text = order.text;
  if (!IsLocaleName(text.locale)) {
    return BadField("out_of_range", "locale",
                    "locale takes a language as \"en\" or \"pt-BR\"");
  }
  if (!text.origin.empty() && !text.app_hash.empty()) {
    return BadField("conflicting_fields", "app_hash",
                    "a message ends with the line of origin or with app_hash, "
                    "never with both");
  }
  if (!text.origin.empty()) {
    auto origin = ReadOrigin(text.origin);
    if (!origin) {
      return BadField("out_of_range", "origin", origin.error().message);
    }
    text.origin = std::move(*origin);
  }
  if (!text.app_hash.empty() && !IsAppHash(text.app_hash)) {
    return BadField("out_of_range", "app_hash",
                    "app_hash takes the 11 characters of Android's SMS "
                    "Retriever");
  }
  return text;
}

std::expected<void, StartProblem> CheckBounds(const VerificationOrder& order,
                                              const VerifyConfig& config) {
  if (order.code_length && (*order.code_length < config.min_code_length ||
                            *order.code_length > config.max_code_length)) {
    return BadField(
        "out_of_range", "code_length",
        fmt::format("code_length takes {} to {}", config.min_code_length,
                    config.max_code_length));
  }
  if (order.ttl &&
      (*order.ttl < config.min_ttl || *order.ttl > config.max_ttl)) {
    return BadField(
        "out_of_range", "ttl",
        fmt::format("ttl takes seconds, from {} to {}", config.min_ttl.count(),
                    config.max_ttl.count()));
  }
  return {};
}

std::expected<GuardedStart, StartProblem> Guarded(
    const VerificationOrder& order, const std::string& client,
    RecipientParser& recipients) {
  auto recipient = recipients.Parse(order.to);
  if (!recipient) {
    const bool invalid = recipient.error().kind == ErrorKind::kInvalid;
    return BadDraft({.problem = invalid ? DraftProblem::kInvalidRecipient
                                        : DraftProblem::kInternal,
                     .message = "the number can't be sent to: " +
                                recipient.error().message});
  }
  GuardedStart start{.recipient = std::move(*recipient),
                     .client = client,
                     .device = order.device_id};
  if (!order.client_ip.empty()) {
    auto block = AddressBlock(order.client_ip);
    if (!block) {
      return BadField("out_of_range", "client_ip",
                      "client_ip takes an IP address of the end user");
    }
    start.address = std::move(*block);
  }
  return start;
}

// None: it is short enough.
std::optional<std::string> TooLong(int parts, const VerifyConfig& config) {
  if (parts <= config.max_parts) return std::nullopt;
  return fmt::format("the text takes {} parts, and verify.max_parts is {}",
                     parts, config.max_parts);
}

// With the code of the one that is pending, as this request wants its text.
auto ResendText(CodeTextOrder order, const Config& config,
                std::shared_ptr<KeyRing> keys, Random& random, WallTime now) {
  return [order = std::move(order), &config, keys = std::move(keys), &random,
          now](const Verification& pending) -> Result<CodeText> {
    const auto key = keys->Find(pending.key);
    if (!key) return Fail(ErrorKind::kUnavailable, "its key is gone");
    auto text = RenderCodeText(
        order, CodeOf(pending, *key),
        std::chrono::floor<std::chrono::seconds>(pending.expires_at - now),
        config.verify);
    if (!text) return std::unexpected(text.error());
    auto prepared = PrepareText(std::move(*text), pending.recipient, config);
    if (!prepared) return Fail(ErrorKind::kInvalid, prepared.error().message);
    if (auto long_text = TooLong(prepared->parts, config.verify)) {
      return Fail(ErrorKind::kInvalid, std::move(*long_text));
    }
    SealedText sealed = SealText(prepared->text, keys->Newest(), random);
    return CodeText{.text = std::move(sealed.text),
                    .seal = std::move(sealed.seal),
                    .parts = prepared->parts,
                    .coding = std::move(prepared->coding)};
  };
}

}  // namespace

std::expected<VerificationStart, StartProblem> MakeStart(
    const VerificationOrder& order, const std::string& client,
    const VerifyTools& tools, WallTime now, std::vector<GuardFinding>* told) {
  const Config& config = tools.config;
  const VerifyConfig& verify = config.verify;
  auto text_order = CheckText(order);
  if (!text_order) return std::unexpected(std::move(text_order.error()));
  if (auto fits = CheckBounds(order, verify); !fits) {
    return std::unexpected(std::move(fits.error()));
  }
  auto guarded = Guarded(order, client, tools.recipients);
  if (!guarded) return std::unexpected(std::move(guarded.error()));
  auto findings = JudgeNumber(*guarded, config.guard, tools.facts);
  if (!findings) {
    return std::unexpected(
        StartProblem{.kind = StartProblem::Kind::kInternal,
                     .fault = {.detail = findings.error().message}});
  }
  const bool refused = Decisive(*findings) != nullptr;
  if (refused && !verify.uniform_answers) {
    return std::unexpected(StartProblem{.kind = StartProblem::Kind::kRefused,
                                        .findings = std::move(*findings)});
  }
  *told = std::move(*findings);

  const std::chrono::seconds ttl = order.ttl.value_or(verify.ttl);
  VerificationStart start{
      .verification = {.id = MakeUuidV7(now, tools.random),
                       .client = client,
                       .recipient = guarded->recipient,
                       .created_at = now,
                       .expires_at = now + ttl,
                       .attempts = verify.max_checks,
                       .sends = verify.max_sends,
                       .code_length =
                           order.code_length.value_or(verify.code_length),
                       .metadata = order.metadata,
                       .muted = refused},
      .resend_wait = verify.resend_after,
      .limits = LimitsFor(*guarded, config.guard),
      .conversions = ConversionsFor(*guarded, config.guard),
      .mute_refused = verify.uniform_answers,
      .now = now};
  const SecretKey key = tools.keys->Newest();
  SeedCode(start.verification, key, tools.random);
  auto text =
      RenderCodeText(*text_order, CodeOf(start.verification, key), ttl, verify);
  if (!text && text.error().kind != ErrorKind::kNotFound) {
    return std::unexpected(
        StartProblem{.kind = StartProblem::Kind::kInternal,
                     .fault = {.detail = text.error().message}});
  }
  if (!text) {
    return BadField("out_of_range", "template", text.error().message);
  }
  auto message =
      MakeMessage({.to = order.to,
                   .text = std::move(*text),
                   .message_class = MessageClass::kOtp,
                   .ttl = ttl,
                   .report = verify.report,
                   .client = client},
                  config, tools.recipients, tools.windows, now, tools.random);
  if (!message) return BadDraft(std::move(message.error()));
  if (auto long_text = TooLong(message->parts, verify)) {
    return BadField("too_many_parts", "template", std::move(*long_text));
  }
  SealedText sealed = SealText(message->text, key, tools.random);
  message->text = std::move(sealed.text);
  message->seal = std::move(sealed.seal);
  start.message = std::move(*message);
  start.text_for =
      ResendText(std::move(*text_order), config, tools.keys, tools.random, now);
  return start;
}

std::optional<StartRefusal> RefusalOf(const StartOutcome& outcome) {
  switch (outcome.kind) {
    case StartOutcome::Kind::kStarted:
    case StartOutcome::Kind::kResent:
    case StartOutcome::Kind::kStillQueued:
      return std::nullopt;
    case StartOutcome::Kind::kTooEarly:
      return StartRefusal{
          "resend_too_early",
          "a code was sent a moment ago; it can be sent again later",
          outcome.retry_at, true};
    case StartOutcome::Kind::kTooManySends:
      return StartRefusal{"max_sends",
                          "the code was sent as often as it may be; another "
                          "verification can be begun when this one is over",
                          outcome.verification.expires_at, true};
    case StartOutcome::Kind::kUnsendable:
      return StartRefusal{"too_many_parts", outcome.detail, std::nullopt};
    case StartOutcome::Kind::kOptedOut:
      return StartRefusal{"recipient_opted_out",
                          RecipientOptedOut().error().message, std::nullopt};
    case StartOutcome::Kind::kLimited:
      break;
  }
  const GuardFinding& finding = *Decisive(outcome.findings);
  const bool paused = finding.rule.starts_with("conversion");
  return StartRefusal{paused ? "paused" : "rate_limited", finding.detail,
                      outcome.retry_at};
}

std::expected<VerificationCheck, FieldFault> MakeCheck(
    std::string_view code, std::shared_ptr<KeyRing> keys, WallTime now) {
  auto typed = ReadTypedCode(code);
  if (!typed) {
    return std::unexpected(
        FieldFault{"out_of_range", "code", "code takes the digits of a code"});
  }
  VerificationCheck check{.now = now};
  check.matches = [typed = std::move(*typed),
                   keys = std::move(keys)](const Verification& verification) {
    const auto key = keys->Find(verification.key);
    return key && IsSameCode(typed, CodeOf(verification, *key));
  };
  return check;
}

}  // namespace smsweb
