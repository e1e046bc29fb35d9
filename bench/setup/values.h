// A shipped configuration made to fit another place: the values that its head
// names are replaced, and no others, so that what is measured is what is
// shipped.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "bench/setup/private_folder.h"
#include "common/base/error.h"

namespace smsweb::bench {

struct Value {
  std::string shipped;  // a word, or several: "/run/smsweb/cgi.sock"
  std::string here;
};
using Values = std::vector<Value>;

// `text` with each value replaced wherever it stands as a whole, but not in
// lines that are comments (# or ;). What was replaced is not looked at again.
// Adds those that were found to `found`.
std::string Replaced(std::string_view text, const Values& values,
                     std::set<std::string>& found);

// Copies files into that folder of `target`, with the values replaced. kInvalid
// if one of the values is in none of the files: they have changed, and would
// run somewhere else than they are to.
Result<void> CopyReplaced(const std::vector<std::filesystem::path>& files,
                          const std::filesystem::path& to, const Values& values,
                          const PrivateFolder& target);

}  // namespace smsweb::bench
