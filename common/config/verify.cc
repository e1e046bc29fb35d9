// [verify]: codes that prove whose a number is.
#include <algorithm>

#include "common/config/sections.h"

namespace smsweb {
namespace {

constexpr std::size_t kLongestApp = 40;  // bytes

// What is sent where the file says nothing else.
constexpr const char* kBuiltIn[][2] = {
    {"en", "{code} is your {app} code. It is valid for {minutes} min."},
    {"de", "{code} ist Ihr Code von {app}. Er gilt {minutes} min."},
    {"es", "{code} es su codigo de {app}. Es valido {minutes} min."},
    {"fr", "{code} est votre code {app}. Il est valable {minutes} min."},
    {"id", "{code} adalah kode {app} Anda. Berlaku {minutes} menit."},
    {"pt", "{code} e o seu codigo {app}. Valido por {minutes} min."},
};

bool IsLocale(std::string_view text) {
  return text.size() >= 2 && text.size() <= 35 &&
         std::ranges::all_of(text, [](unsigned char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  (c >= '0' && c <= '9') || c == '-';
         });
}

void ReadTemplates(TableReader table,
                   std::map<std::string, VerifyTemplate>* templates) {
  for (const auto& name : table.Keys()) {
    if (!IsName(name)) {
      table.Refuse(name,
                   "a template's name has letters, digits, '-', '_' and "
                   "'.'");
    }
    TableReader texts = table.ReadTable(name);
    VerifyTemplate& made = (*templates)[name];
    made = {};
    for (const auto& locale : texts.Keys()) {
      if (!IsLocale(locale)) {
        texts.Refuse(locale, "takes a language as \"en\" or \"pt-BR\"");
      }
      texts.Read(locale, &made.texts[locale]);
      made.lines[locale] = texts.LineOf(locale);
    }
    if (made.texts.empty()) {
      table.Refuse(name, "write it as { en = \"{code} is your code\" }");
    }
  }
}

template <typename T>
void CheckBounds(TableReader& table, std::string_view key, T value, T min,
                 T max) {
  if (value < min || value > max) {
    table.Refuse(key,
                 fmt::format("it is not between min_{} and max_{}", key, key));
  }
}

void ReadLengths(TableReader& table, VerifyConfig* out) {
  table.Read("code_length", &out->code_length, 4, 10);
  table.Read("min_code_length", &out->min_code_length, 4, 10);
  table.Read("max_code_length", &out->max_code_length, 4, 10);
  CheckBounds(table, "code_length", out->code_length, out->min_code_length,
              out->max_code_length);
  table.ReadSeconds("ttl", &out->ttl, 60, 3600);
  table.ReadSeconds("min_ttl", &out->min_ttl, 60, 3600);
  table.ReadSeconds("max_ttl", &out->max_ttl, 60, 3600);
  CheckBounds(table, "ttl", out->ttl, out->min_ttl, out->max_ttl);
}

}  // namespace

void ReadVerify(TableReader table, VerifyConfig* out) {
  table.Read("secret_file", &out->secret_file);
  if (out->On() && !out->secret_file.starts_with('/')) {
    table.Refuse("secret_file", "takes an absolute path");
  }
  table.Read("app", &out->app);
  if (out->app.size() > kLongestApp ||
      out->app.find_first_of("\r\n{}") != std::string::npos) {
    table.Refuse("app", fmt::format("takes a name of at most {} bytes, without "
                                    "line breaks and braces",
                                    kLongestApp));
  }
  if (out->On() && out->app.empty()) {
    table.Refuse("app",
                 "takes the name that people know your service by: it "
                 "is in the messages");
  }
  table.Read("default_locale", &out->default_locale);
  ReadLengths(table, out);
  table.Read("max_checks", &out->max_checks, 1, 10);
  table.Read("max_sends", &out->max_sends, 1, 20);
  table.ReadSeconds("resend_after", &out->resend_after, 0, 3600);
  table.Read("max_parts", &out->max_parts, 1, 4);
  table.Read("report", &out->report);
  table.Read("uniform_answers", &out->uniform_answers);
  for (const auto& [locale, text] : kBuiltIn) {
    out->templates["default"].texts[locale] = text;
  }
  ReadTemplates(table.ReadTable("templates"), &out->templates);
  for (const auto& [name, made] : out->templates) {
    if (made.texts.contains(out->default_locale)) continue;
    table.Refuse("default_locale",
                 fmt::format("the template \"{}\" has no text for it", name));
  }
  table.RefuseUnknownKeys();
}

}  // namespace smsweb
