#include "bench/cases/cases.h"

#include <algorithm>

namespace smsweb::bench {
namespace {

template <typename Entry>
const Entry* FindByName(const std::vector<Entry>& entries,
                        std::string_view name) {
  const auto found = std::ranges::find(entries, name, &Entry::name);
  return found == entries.end() ? nullptr : &*found;
}

}  // namespace

const Api* Repository::FindApi(std::string_view name) const {
  return FindByName(apis, name);
}

const Script* Repository::FindScript(std::string_view name) const {
  return FindByName(scripts, name);
}

const TestCase* Repository::FindCase(std::string_view name) const {
  return FindByName(cases, name);
}

}  // namespace smsweb::bench
