//! The workspace, and what its packages say about themselves.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use serde::Deserialize;

use crate::error::Error;

/// The workspace of the current folder.
#[derive(Debug)]
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    /// Where Cargo compiles to.
    pub(crate) target_dir: PathBuf,
    /// Ordered by name.
    packages: Vec<Package>,
}

/// A member of the workspace.
#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    pub(crate) model: Declared,
}

/// What a package declares about the model in `[package.metadata.model]`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Declared {
    /// The integration tests that hold its model checks; at least one check has to run in each.
    pub(crate) checks: Vec<String>,
    /// Whether its tests have to pass on the portable futex too.
    pub(crate) portable: bool,
}

impl Workspace {
    /// Asks Cargo.
    pub(crate) fn find() -> Result<Workspace, Error> {
        #[derive(Deserialize)]
        struct Metadata {
            workspace_root: PathBuf,
            target_directory: PathBuf,
            packages: Vec<Member>,
        }

        #[derive(Deserialize)]
        struct Member {
            name: String,
            manifest_path: PathBuf,
            metadata: Option<Tables>,
        }

        #[derive(Deserialize)]
        struct Tables {
            model: Option<Declared>,
        }

        let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .output()
            .map_err(|error| Error::Metadata { message: error.to_string() })?;
        if !output.status.success() {
            return Err(Error::Metadata { message: String::from_utf8_lossy(&output.stderr).into_owned() });
        }
        let metadata: Metadata =
            serde_json::from_slice(&output.stdout).map_err(|error| Error::Metadata { message: error.to_string() })?;

        let mut packages: Vec<Package> = metadata
            .packages
            .into_iter()
            .map(|member| Package {
                name: member.name,
                folder: member.manifest_path.parent().map(PathBuf::from).unwrap_or_default(),
                model: member.metadata.and_then(|tables| tables.model).unwrap_or_default(),
            })
            .collect();
        packages.sort_by(|left, right| left.name.cmp(&right.name));
        Ok(Workspace { root: metadata.workspace_root, target_dir: metadata.target_directory, packages })
    }

    /// The packages called `names`; all, if there are no names.
    pub(crate) fn named(&self, names: &[String]) -> Result<Vec<&Package>, Error> {
        if let Some(unknown) = names.iter().find(|name| self.packages.iter().all(|package| package.name != **name)) {
            return Err(Error::NoSuchPackage { package: unknown.clone() });
        }
        let is_named = |package: &&Package| names.is_empty() || names.contains(&package.name);
        Ok(self.packages.iter().filter(is_named).collect())
    }

    /// The packages called `names`, each of which has to declare `entry`; without names all that do.
    pub(crate) fn declaring(
        &self,
        names: &[String],
        entry: &'static str,
        declares: impl Fn(&Declared) -> bool,
    ) -> Result<Vec<&Package>, Error> {
        let mut packages = self.named(names)?;
        if !names.is_empty()
            && let Some(silent) = packages.iter().find(|package| !declares(&package.model))
        {
            return Err(Error::NotDeclared { package: silent.name.clone(), entry });
        }
        packages.retain(|package| declares(&package.model));
        Ok(packages)
    }
}
