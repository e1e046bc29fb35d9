#include "common/number/recipient.h"

#include <algorithm>
#include <functional>

namespace smsweb {
namespace {

constexpr std::size_t kLongestInput = 40;

// Digits, and what people put between them. Letters would be taken for a
// vanity number.
bool LooksLikeNumber(std::string_view text) {
  const bool charset =
      text.find_first_not_of("0123456789+ -./()\t") == std::string_view::npos;
  return charset && text.find_first_of("0123456789") != std::string_view::npos;
}

}  // namespace

RecipientParser::RecipientParser(std::string default_region,
                                 std::vector<std::string> short_codes,
                                 NumberRule rule, NumberCheckerFactory factory,
                                 NumberMemory memory)
    : default_region_(std::move(default_region)),
      short_codes_(std::move(short_codes)),
      rule_(rule),
      factory_(std::move(factory)),
      memory_(std::move(memory)),
      recent_(kSlots) {}

Result<std::string> RecipientParser::Parse(std::string_view input) {
  if (input.empty()) return Fail(ErrorKind::kInvalid, "it is empty");
  if (input.size() > kLongestInput) {
    return Fail(ErrorKind::kInvalid, "it is too long for a number");
  }
  if (std::ranges::find(short_codes_, input) != short_codes_.end()) {
    return std::string(input);
  }
  if (!LooksLikeNumber(input)) {
    return Fail(ErrorKind::kInvalid,
                "it has characters that no telephone number has");
  }
  auto& slot = recent_[std::hash<std::string_view>{}(input) % kSlots];
  if (slot.input == input) return slot.e164;
  auto e164 = Check(input);
  if (e164) slot = {std::string(input), *e164};
  return e164;
}

Result<std::string> RecipientParser::Check(std::string_view input) {
  const bool loaded = checker_ != nullptr;
  if (!loaded && memory_.find) {
    if (auto e164 = memory_.find(input)) return *e164;
  }
  if (!loaded) {
    auto made = factory_();
    if (!made) return std::unexpected(made.error());
    checker_ = std::move(*made);
  }
  auto e164 = checker_->ToE164(input, default_region_, rule_);
  if (!e164 && default_region_.empty() && !input.starts_with('+')) {
    return Fail(ErrorKind::kInvalid,
                "write it with \"+\" and the country code (the configuration "
                "has no message.default_region)");
  }
  if (e164 && !loaded && memory_.remember) memory_.remember(input, *e164);
  return e164;
}

RecipientParser MakeRecipientParser(const MessageConfig& config,
                                    NumberMemory memory) {
  const auto rule = config.number_check == "possible" ? NumberRule::kPossible
                                                      : NumberRule::kValid;
  return RecipientParser(config.default_region, config.short_codes, rule,
                         LoadNumberChecker, std::move(memory));
}

}  // namespace smsweb
