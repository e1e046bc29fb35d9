# cmake -DOUTPUT=built_in.cc -DROOT=FOLDER -P built_in.cmake -- FILE...
# Writes the FILEs, relative to ROOT, as the table that built_in.h declares.
set(entries "")
set(is_file FALSE)
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(i RANGE ${last})
  if(is_file)
    file(READ ${ROOT}/${CMAKE_ARGV${i}} text)
    string(APPEND entries
      "    {\"${CMAKE_ARGV${i}}\", R\"==toml==(${text})==toml==\"},\n")
  elseif(CMAKE_ARGV${i} STREQUAL "--")
    set(is_file TRUE)
  endif()
endforeach()
file(WRITE ${OUTPUT} "// Made by common/profile/built_in.cmake.
#include \"common/profile/built_in.h\"

namespace smsweb {

std::span<const BuiltInProfile> BuiltInProfiles() {
  static constexpr BuiltInProfile kProfiles[] = {
${entries}  };
  return kProfiles;
}

}  // namespace smsweb
")
