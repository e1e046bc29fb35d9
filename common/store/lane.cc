#include "common/store/lane.h"

namespace smsweb {
namespace {

std::string Join(std::string_view group, char mark, std::string_view name) {
  std::string lane(group);
  lane += mark;
  lane += name;
  return lane;
}

}  // namespace

Lane ParseLane(std::string_view text) {
  using enum Lane::Kind;
  const auto mark = text.find_first_of("~@=");
  if (mark == std::string_view::npos) return {.group = std::string(text)};
  const auto kind = text[mark] == '~'   ? kSim
                    : text[mark] == '@' ? kBegun
                                        : kModem;
  return {.kind = kind,
          .group = std::string(text.substr(0, mark)),
          .name = std::string(text.substr(mark + 1))};
}

std::string GroupLane(std::string_view group) { return std::string(group); }

std::string SimLane(std::string_view group, std::string_view sim) {
  return Join(group, '~', sim);
}

std::string BegunLane(std::string_view group, std::string_view modem) {
  return Join(group, '@', modem);
}

std::string ModemLane(std::string_view modem) { return Join("", '=', modem); }

}  // namespace smsweb
