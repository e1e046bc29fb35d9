// The profiles of profiles/*.toml, which are built into the programs, and those
// of the operator's folder. profiles/README.md has the format.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/base/error.h"
#include "common/config/config.h"
#include "common/modem/profile.h"

namespace smsweb {

// One file. The profile is called as the file is, without its folder and
// ".toml". Every error is reported at once, with file, line and key.
Result<ModemProfile> ParseProfile(std::string_view toml,
                                  const std::string& file);

// The built-in ones, then those of `folder`, where one with the name of another
// takes its place. The folder need not be there.
Result<std::shared_ptr<const ModemProfiles>> LoadProfiles(
    const std::string& folder);

// Those of `config.spooler.profiles`; each modem.profile is one of them.
Result<std::shared_ptr<const ModemProfiles>> LoadProfiles(const Config& config);

// Each modem.profile of the configuration must be one of these.
Result<void> CheckProfileNames(const Config& config,
                               const ModemProfiles& profiles);

}  // namespace smsweb
