#include "common/verify/code_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <vector>

#include "common/pdu/segment.h"
#include "common/pdu/transliterate.h"

namespace smsweb {
namespace {

constexpr std::array<std::string_view, 3> kPlaceholders = {"code", "app",
                                                           "minutes"};
constexpr std::size_t kAppHashLength = 11;
constexpr std::size_t kLongestHost = 253;

struct Values {
  std::string_view code;
  std::string_view app;
  std::string minutes;
};

std::string_view ValueOf(std::string_view name, const Values& values) {
  if (name == "code") return values.code;
  if (name == "app") return values.app;
  return values.minutes;
}

// kInvalid for braces that hold no placeholder.
Result<std::string> Fill(std::string_view text, const Values& values) {
  std::string filled;
  while (!text.empty()) {
    const auto open = text.find_first_of("{}");
    filled += text.substr(0, open);
    if (open == std::string_view::npos) break;
    text.remove_prefix(open);
    const auto close = text.find('}');
    const auto name =
        text.substr(1, close == std::string_view::npos || close == 0
                           ? std::string_view::npos
                           : close - 1);
    if (text[0] == '}' || close == std::string_view::npos ||
        std::ranges::find(kPlaceholders, name) == kPlaceholders.end()) {
      return Fail(ErrorKind::kInvalid,
                  "braces are for {code}, {app} and {minutes} alone");
    }
    filled += ValueOf(name, values);
    text.remove_prefix(close + 1);
  }
  return filled;
}

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return lower;
}

// "pt_BR" is "pt-br" (RFC 5646 § 2.1: case does not matter).
std::string CanonicalLocale(std::string_view text) {
  std::string locale = LowerCase(text);
  std::ranges::replace(locale, '_', '-');
  return locale;
}

const std::string* FindLocale(const VerifyTemplate& made,
                              std::string_view locale) {
  for (const auto& [name, text] : made.texts) {
    if (CanonicalLocale(name) == locale) return &text;
  }
  return nullptr;
}

const std::string& NearestText(const VerifyTemplate& made,
                               std::string_view locale,
                               const VerifyConfig& config) {
  const std::string canonical = CanonicalLocale(locale);
  std::string_view wanted = canonical;
  while (!wanted.empty()) {
    if (const auto* text = FindLocale(made, wanted)) return *text;
    const auto cut = wanted.rfind('-');
    wanted = wanted.substr(0, cut == std::string_view::npos ? 0 : cut);
  }
  return made.texts.at(config.default_locale);
}

std::optional<std::string> WhatIsWrong(std::string_view text,
                                       const Config& config) {
  const VerifyConfig& verify = config.verify;
  const auto code_at = text.find("{code}");
  if (code_at == std::string_view::npos) return "it has no {code}";
  if (text.find("{code}", code_at + 1) != std::string_view::npos) {
    return "it has {code} twice: people would look for two";
  }
  const std::string code(static_cast<std::size_t>(verify.max_code_length), '0');
  const auto minutes =
      std::chrono::ceil<std::chrono::minutes>(verify.max_ttl).count();
  auto filled = Fill(text, {code, verify.app, std::to_string(minutes)});
  if (!filled) return filled.error().message;
  const auto cut = config.message.transliterate
                       ? SegmentTransliterated(*filled, {})
                       : SegmentText(*filled);
  if (!cut) return cut.error().message;
  const auto parts = static_cast<int>(cut->parts.size());
  if (parts <= verify.max_parts) return std::nullopt;
  return fmt::format(
      "with a code of {} digits it takes {} parts, and verify.max_parts is {} "
      "({}): shorten it, or raise verify.max_parts",
      verify.max_code_length, parts, verify.max_parts, cut->reason);
}

bool IsHostCharacter(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.';
}

}  // namespace

Result<void> CheckTemplates(const Config& config) {
  std::string errors;
  for (const auto& [name, made] : config.verify.templates) {
    for (const auto& [locale, text] : made.texts) {
      const auto wrong = WhatIsWrong(text, config);
      if (!wrong) continue;
      const auto line = made.lines.find(locale);
      errors += fmt::format("{}{}:{}: verify.templates.{}.{}: {}",
                            errors.empty() ? "" : "\n", config.file,
                            line == made.lines.end() ? 0 : line->second, name,
                            locale, *wrong);
    }
  }
  if (errors.empty()) return {};
  return Fail(ErrorKind::kInvalid, std::move(errors));
}

Result<std::string> RenderCodeText(const CodeTextOrder& order,
                                   std::string_view code,
                                   std::chrono::seconds life,
                                   const VerifyConfig& config) {
  const auto made = config.templates.find(order.template_name);
  if (made == config.templates.end()) {
    std::vector<std::string_view> names;
    for (const auto& [name, texts] : config.templates) names.push_back(name);
    return Fail(ErrorKind::kNotFound,
                fmt::format("there is no such template; known: {}",
                            fmt::join(names, ", ")));
  }
  // No more than there are: a code that is over is of no use.
  const auto minutes = std::max<std::int64_t>(
      1, std::chrono::floor<std::chrono::minutes>(life).count());
  auto text = Fill(NearestText(made->second, order.locale, config),
                   {code, config.app, std::to_string(minutes)});
  if (!text) return text;
  if (!order.origin.empty()) {
    *text += fmt::format("\n@{} #{}", order.origin, code);
  } else if (!order.app_hash.empty()) {
    *text += "\n" + order.app_hash;
  }
  return text;
}

Result<std::string> ReadOrigin(std::string_view text) {
  std::string host = LowerCase(text);
  if (host.starts_with("https://")) host.erase(0, 8);
  host = host.substr(0, host.find('/'));
  const bool plain = !host.empty() && host.size() <= kLongestHost &&
                     std::ranges::all_of(host, IsHostCharacter) &&
                     host.front() != '.' && host.front() != '-' &&
                     host.back() != '.' && host.back() != '-' &&
                     !host.contains("..");
  if (plain) return host;
  return Fail(ErrorKind::kInvalid,
              "origin takes the host of a web site, as \"example.com\" or "
              "\"https://example.com\" (names outside of ASCII in their xn-- "
              "form)");
}

bool IsLocaleName(std::string_view text) {
  constexpr std::size_t kLongest = 35;  // RFC 5646 § 4.4.1
  return text.size() <= kLongest &&
         std::ranges::all_of(text, [](unsigned char c) {
           return std::isalnum(c) || c == '-' || c == '_';
         });
}

bool IsAppHash(std::string_view text) {
  return text.size() == kAppHashLength &&
         std::ranges::all_of(text, [](unsigned char c) {
           return std::isalnum(c) || c == '+' || c == '/';
         });
}

}  // namespace smsweb
