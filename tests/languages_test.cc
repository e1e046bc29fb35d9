// What the configuration may name has tables, and all that has may be named.
#include "catch.h"
#include "common/config/config.h"
#include "common/pdu/language.h"

namespace smsweb {
namespace {

TEST_CASE("The configuration's languages are those of common/pdu") {
  std::vector<std::string_view> tables;
  for (const Language language : AllLanguages()) {
    tables.push_back(ToString(language));
  }
  const auto names = LanguageNames();
  CHECK(std::vector(names.begin(), names.end()) == tables);
}

}  // namespace
}  // namespace smsweb
