#include "bench/report/files.h"

#include <fstream>

namespace smsweb::bench {

Result<void> WriteWhole(const std::filesystem::path& file,
                        const std::string& text) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (out) return {};
  return Fail(ErrorKind::kUnavailable,
              file.string() +
                  ": can't be written: may the folder be written "
                  "to, is the disk full?");
}

}  // namespace smsweb::bench
