#include "ctl/who.h"

#include <pwd.h>
#include <unistd.h>

#include "ctl/table.h"

namespace smsweb::ctl {
namespace {

constexpr std::size_t kLongest = 64;  // bytes of a name

}  // namespace

std::string UserName(uid_t user) {
  const passwd* entry = ::getpwuid(user);
  return entry ? entry->pw_name : std::to_string(user);
}

// The word of sudo is as good as its caller: it stands beside the user, and
// never in its place.
std::string WhoRuns(const Environment& environment) {
  std::string who = UserName(::getuid());
  const auto caller = environment("SUDO_USER");
  if (!caller || caller->empty()) return who;
  return who + " (sudo: " + Printable(caller->substr(0, kLongest)) + ")";
}

}  // namespace smsweb::ctl
