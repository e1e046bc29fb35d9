// The texts that carry codes.
#include "common/verify/code_text.h"

#include "catch.h"

namespace smsweb {
namespace {

using std::chrono::seconds;

Config WithTemplates(std::map<std::string, std::string> texts) {
  Config config;
  config.file = "smsweb.toml";
  config.verify.app = "Shop";
  config.verify.templates["default"] = {.texts = std::move(texts),
                                        .lines = {{"en", 7}, {"tr", 8}}};
  return config;
}

std::string Rendered(const Config& config, const std::string& locale) {
  return RenderCodeText({.locale = locale}, "123456", seconds(599),
                        config.verify)
      .value();
}

TEST_CASE("What stands in braces is filled in") {
  const Config config =
      WithTemplates({{"en", "{app}: {code} ({minutes} min, {app})"}});
  CHECK(Rendered(config, "") == "Shop: 123456 (9 min, Shop)");
  CHECK(*RenderCodeText({}, "123456", seconds(30), config.verify) ==
        "Shop: 123456 (1 min, Shop)");
}

TEST_CASE("The nearest locale is taken") {
  const Config config = WithTemplates(
      {{"en", "en {code}"}, {"pt", "pt {code}"}, {"pt-BR", "br {code}"}});
  CHECK(Rendered(config, "pt-BR") == "br 123456");
  CHECK(Rendered(config, "pt_br") == "br 123456");
  CHECK(Rendered(config, "pt-PT") == "pt 123456");
  CHECK(Rendered(config, "PT") == "pt 123456");
  CHECK(Rendered(config, "xx-YY") == "en 123456");
  CHECK(Rendered(config, "") == "en 123456");
}

TEST_CASE("A template that is not there is named by those that are") {
  const Config config = WithTemplates({{"en", "{code}"}});
  const auto none =
      RenderCodeText({.template_name = "x"}, "1", seconds(1), config.verify);
  REQUIRE_FALSE(none.has_value());
  CHECK(none.error().message.find("default") != std::string::npos);
}

TEST_CASE("A template that can't be used is an error of its line") {
  struct Row {
    const char* text;
    const char* why;
  };
  const std::string long_text(150, 'x');
  const std::string long_template = "{code} " + long_text;
  const Row rows[] = {
      {"your code", "it has no {code}"},
      {"{code} {code}", "twice"},
      {"{code} {name}", "braces"},
      {"{code} {", "braces"},
      {"{code} }", "braces"},
      {"{code {app}}", "it has no {code}"},
      {long_template.c_str(), "takes 2 parts"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    const auto checked = CheckTemplates(WithTemplates({{"en", row.text}}));
    REQUIRE_FALSE(checked.has_value());
    CHECK(checked.error().message.starts_with(
        "smsweb.toml:7: verify.templates.default.en: "));
    CHECK(checked.error().message.find(row.why) != std::string::npos);
  }
  CHECK(CheckTemplates(WithTemplates({{"en", "{code}"}})).has_value());
}

TEST_CASE("What forces UCS-2 is said, where it makes a template too long") {
  const std::string text =
      "{code} \xC5\x9F" + std::string(60, 'x');  // U+015F: 70 fit
  Config config = WithTemplates({{"en", "{code}"}, {"tr", text}});
  const auto checked = CheckTemplates(config);
  REQUIRE_FALSE(checked.has_value());
  CHECK(checked.error().message.starts_with("smsweb.toml:8: "));
  CHECK(checked.error().message.find("UCS-2") != std::string::npos);
  config.verify.max_parts = 2;
  CHECK(CheckTemplates(config).has_value());
}

TEST_CASE("The built-in texts fit with the longest code, in one part each") {
  const auto config = ParseConfig(
      "[message]\ndefault_region = \"ID\"\n[verify]\nsecret_file = \"/s\"\n"
      "app = \"A name of forty bytes is the longest....\"\n",
      "smsweb.toml",
      [](const std::string&) { return std::optional<std::string>(); });
  REQUIRE(config.has_value());
  CHECK(CheckTemplates(*config).has_value());
  CHECK(config->verify.templates.at("default").texts.size() >= 6);
}

TEST_CASE("An origin is the host of a web site") {
  CHECK(ReadOrigin("example.com") == "example.com");
  CHECK(ReadOrigin("https://Example.com/login?x") == "example.com");
  CHECK(ReadOrigin("xn--bcher-kva.example") == "xn--bcher-kva.example");
  for (const char* nonsense :
       {"", "https://", "http://example.com", "a b", "example..com", ".com",
        "example.com.", "-a.com", "example.com:8443", "@example.com",
        "example.com#1", "a_b.com",
        "b\xC3\xBC"
        "cher.example"}) {
    INFO(nonsense);
    CHECK_FALSE(ReadOrigin(nonsense).has_value());
  }
}

TEST_CASE("An app's hash has eleven characters of base64") {
  CHECK(IsAppHash("FA+9qCX9VSu"));
  CHECK_FALSE(IsAppHash("FA+9qCX9VS"));
  CHECK_FALSE(IsAppHash("FA+9qCX9VS="));
  CHECK_FALSE(IsAppHash("FA+9qCX9VS\n"));
}

}  // namespace
}  // namespace smsweb
