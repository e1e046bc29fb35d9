// The texts that carry codes: templates by name and locale, and the last line
// by which a browser or an app finds the code.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "common/base/error.h"
#include "common/config/config.h"

namespace smsweb {

struct CodeTextOrder {
  std::string template_name = "default";
  std::string locale;  // as the caller asks for it; empty: the default one
  // One of the two at the most. The host of a web site ("example.com"): the
  // last line is "@example.com #123456" (WICG, "origin-bound one-time codes").
  std::string origin;
  // Or 11 characters, by which Android knows the app (SMS Retriever).
  std::string app_hash;
};

// Whether all templates can be used: known placeholders, {code} in each, no
// more parts than verify.max_parts with the longest code. kInvalid with file,
// line, key and what to do of each that can't; what forces UCS-2 is said.
Result<void> CheckTemplates(const Config& config);

// kNotFound: there is no such template. The locale is the nearest there is:
// itself, its language, verify.default_locale.
Result<std::string> RenderCodeText(const CodeTextOrder& order,
                                   std::string_view code,
                                   std::chrono::seconds life,
                                   const VerifyConfig& config);

// "https://Example.com/login" -> "example.com"; kInvalid for what is no host of
// a web site. Names outside of ASCII come in their xn-- form.
Result<std::string> ReadOrigin(std::string_view text);
// "pt-BR", "pt_BR"; or empty.
bool IsLocaleName(std::string_view text);
bool IsAppHash(std::string_view text);

}  // namespace smsweb
