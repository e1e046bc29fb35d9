// Who runs this process, for people and for the audit log.
#pragma once

#include <sys/types.h>

#include <string>

#include "common/config/config.h"

namespace smsweb::ctl {

std::string UserName(uid_t user);

// "root", or "root (sudo: alice)". To be asked before the process becomes
// another user.
std::string WhoRuns(const Environment& environment);

}  // namespace smsweb::ctl
